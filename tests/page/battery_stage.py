"""The page of a battery as the server writes it, without a database."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import cos, pi
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.template.loader import render_to_string
from django.test import RequestFactory

from battery.hub_measures import hub_measures
from battery.models import Battery
from dashboard.battery import pages
from dashboard.battery.backtest_lines import Asked, backtest_line
from dashboard.battery.earned import Column, by_month, columns
from dashboard.battery.now import now_card
from dashboard.battery.paper_days import Restated, paper_rows
from dashboard.battery.paper_measures import paper_measures
from dashboard.battery.plan import Slot, slots
from dashboard.battery.plan_picture import plan_picture
from dashboard.battery.plan_table import run_rows, slot_rows, until_text
from dashboard.battery.price_measures import price_measures
from dashboard.battery.reading import about
from dashboard.battery.results import DayResult, result
from dashboard.battery.schedule import schedule_card
from dashboard.battery.shown import Done, Shown
from dashboard.battery.spread_picture import spread_card
from dashboard.first_paint.market_times import made_text
from market.intervals import day_intervals, intervals_between, iso, midnight, pacific
from market.markets import Market
from prices.models import Node
from tests.conftest import utc
from tests.page.advices import advice

NOW = utc("2026-07-14 19:37:14")
TODAY = date(2026, 7, 14)
A_DAY, HOUR, FIVE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)
NODE = Node(pk=1, slug="sp15", oasis_name="TH_SP15_GEN-APND")
LONG = "A battery of the longest name that there can be, sixty chars"


def battery(pk: int = 1, name: str = "Example 1 MW / 4 MWh", **more: Any) -> Battery:
    plain = {"power_in_mw": Decimal(1), "power_out_mw": Decimal(1), "energy_mwh": Decimal(4)}
    return Battery(pk=pk, name=name, **{"node": NODE} | plain | more)


def level(moment: datetime) -> float:
    """A price with a dear evening, and below zero at noon."""
    hour = pacific(moment).hour + pacific(moment).minute / 60
    return round(30 + 45 * cos((hour - 19) / 12 * pi) + (25 if 18 <= hour < 21 else 0), 2)


def power_at(moment: datetime) -> float:
    hour = pacific(moment).hour
    return -1.0 if 10 <= hour < 14 else 1.0 if hour in (7, 18, 19, 20) else 0.0


def planned(start: datetime, end: datetime) -> list[Slot]:
    """A plan by five minutes."""
    soc, rows = 2.6, []
    for at in intervals_between(start, end, Market.RTM):
        power = power_at(at)
        soc = min(4.0, max(0.0, soc - power / 12))
        price = level(at)
        rows.append([iso(at), price, price - 14, price + 30, power, round(soc, 4)])
    return slots(rows, start + FIVE, 10)


def shown(plan: list[Slot], *, now: datetime = NOW, days: int = 2) -> Shown:
    start = midnight(pacific(now).date())
    end = midnight(pacific(now).date() + days * A_DAY)
    rt = {at: level(at) + (at.minute % 7) for at in intervals_between(start, now, Market.RTM)}
    for at in list(rt)[60:66]:
        del rt[at]  # a gap
    return Shown(
        start=start,
        end=end,
        now=now,
        market=Market.RTM,
        rt=rt,
        da={at: level(at) + 4 for at in intervals_between(start, end, Market.DAM)},
        done=[
            Done(at, at + FIVE, power_at(at), 2.0 + (at - start) / (24 * HOUR))
            for at in intervals_between(start, now, Market.RTM)
        ],
        plan=plan,
        power_mw=1.0,
        energy_mwh=4.0,
    )


def page(tab: str = "plan", user: Any = None, **more: Any) -> str:
    """The page with what the tab shows; `more` takes the place of parts of it."""
    request = RequestFactory().get("/battery/")
    request.user = user or AnonymousUser()
    one = more.pop("battery", battery())
    told = more.pop("advice", advice())
    context: dict[str, Any] = {
        "page_name": "battery",
        "source": "oasis",
        "open_alerts": 2,
        "about": about(one),
        "advice": SimpleNamespace(**told) if told else None,
        "card": now_card(about(one), told, now=NOW),
        "battery": one,
        "batteries": [one],
        "tab": tab,
        "tabs": pages.TABS,
        "node": NODE,
        "made": made_text(NOW),
        "may_report": user is not None,
        "may_test": user is not None,
        "page_data": {"battery": 1, "hub": "SP15"},
    }
    context |= {"plan": plan, "history": history, "what-if": what_if}[tab](one)
    return render_to_string("dashboard/battery.html", context | more, request)


def plan(one: Battery) -> dict[str, Any]:
    found = planned(NOW - timedelta(seconds=134), midnight(TODAY + 2 * A_DAY))
    hours = [
        [iso(at), level(at), power_at(at), 2.0, 31.5]
        for at in intervals_between(midnight(TODAY), midnight(TODAY + A_DAY), Market.DAM)
    ]
    best = {"net_usd": Decimal("212.40"), "bound_usd": Decimal("212.45"), "gap": 0.00024}
    return {
        "picture": plan_picture(shown(found)),
        "power": "1.0",
        "energy": "4",
        "run_rows": run_rows(found, NOW),
        "slot_rows": slot_rows(found, NOW),
        "until": until_text(found, NOW),
        "schedules": [schedule_card(TODAY, hours, made_at=NOW - A_DAY, **best)],
    }


def day(back: int, net: str = "187.4", excluded: int = 0) -> DayResult:
    rivals = {"day_ahead": 171.2, "clock": 88.5, "thresholds": -3.25}
    return DayResult(
        TODAY - back * A_DAY,
        288 - excluded,
        excluded,
        Decimal(net) + 40,
        Decimal(40),
        Decimal(net),
        Decimal("192.1"),
        Decimal("221.75"),
        1.0,
        rivals,
    )


def tested(pk: int, state: str, **more: Any) -> Asked:
    plain = {"progress": 0.42, "error": "", "result": None, "code_version": "", "data_digest": ""}
    said = plain | more
    return Asked(
        pk=pk,
        start=date(2022, 1, 1),
        end=date(2022, 12, 31),
        market="RTPD",
        state=state,
        asked_at=NOW - HOUR,
        by="anna",
        **said,
    )


ROW = {"days": 361, "revenue_usd": 61234.5, "wear_usd": 14000.0, "net_usd": 47234.5}
ROW |= {"cycles": 388.2, "share_of_perfect": 0.861, "low": 0.84, "high": 0.883}
TABLE = [
    ROW | {"policy": "advice", "acting": "own price"},
    ROW | {"policy": "advice", "acting": "frozen 75 min", "share_of_perfect": 0.82},
    ROW | {"policy": "thresholds", "acting": "", "net_usd": -412.1, "low": None},
]


RESULT = {
    "table": TABLE,
    "left_out": {"days": 4, "ranges": []},
    "pictured": {"policy": "advice", "acting": "own price"},
    "by_month": [
        {"name": f"2022-{n:02}", "net_usd": 900.0 * n, "perfect_usd": 1000.0 * n}
        for n in range(1, 13)
    ],
    "by_hour": [
        {"name": f"{n:02}", "net_usd": 90.0 * n - 700, "perfect_usd": 100.0 * n} for n in range(24)
    ],
}


def history(one: Battery) -> dict[str, Any]:
    days = [day(back, f"{187 - 9 * back}", 12 if back == 3 else 0) for back in range(45, 0, -1)]
    corrected = Restated(
        TODAY - 2 * A_DAY,
        NOW - A_DAY,
        NOW - 2 * A_DAY,
        Decimal("1015.37"),
        Decimal("61.2"),
        Decimal("248.11"),
        Decimal("169.00"),
        "CAISO corrected the price.",
    )
    hours = [Column(f"{hour:02}", [level(midnight(TODAY) + hour * HOUR)]) for hour in range(24)]
    return {
        "results": [result("Yesterday, Mon, Jul 13", days[-1:]), result("July so far", days[-13:])],
        "paper_rows": paper_rows(days, [corrected], NOW),
        "pictures": [
            columns("By month", ["advice", "perfect foresight"], by_month(days)),
            columns("By hour of the day, last 31 days", ["advice"], hours),
        ],
        "backtests": [
            backtest_line(tested(1, "running"), NOW),
            backtest_line(tested(2, "done", result=RESULT, power_out_mw=1.0), NOW),
            backtest_line(tested(3, "failed", error="No prices of those days are held."), NOW),
        ],
        "policies": pages.CHOICES,
        "ticked": list(pages.CHOICES),
        "of_the_node": {"rows": []},
        "paper_measures": paper_measures(days, TODAY, 1.0),
        **measured(40),
    }


def measured(count: int) -> dict[str, Any]:
    """The prices of so many days by their measures; a third market from 40 days on."""
    days = [TODAY - back * A_DAY for back in range(max(count, 1), 0, -1)]
    rt, da, fmm = (
        [prices_of(day, market, nth) if count else {} for nth, day in enumerate(days)]
        for market in (Market.RTM, Market.DAM, Market.RTPD)
    )
    found = hub_measures(days, da, fmm if count >= 40 else [{}] * len(days), rt)
    return {
        "days_back": 30,
        "price_measures": price_measures(found),
        "spread": spread_card(found, Market.RTM),
    }


def prices_of(day: date, market: Market, nth: int) -> dict[datetime, Decimal]:
    """A day's shape, of which real time is dearer in every third day's evening."""
    dearer = market != Market.DAM and nth % 3 == 0
    return {
        at: Decimal(str(level(at) * (1 + nth / 50) * (9 if dearer and level(at) > 80 else 1)))
        for at in day_intervals(day, market)
    }


def what_if(one: Battery) -> dict[str, Any]:
    return pages.what_if_context(one)


def no_plan(**more: Any) -> str:
    nothing = {"run_rows": [], "slot_rows": [], "until": "", "schedules": []}
    return page(picture=None, **nothing | more)


def unknown_soc() -> dict[str, Any]:
    hold = {"action": "hold", "power_mw": 0.0, "soc_mwh": None, "soc_source": "unknown"}
    said = {"fallback": "no state of charge", "reason": "Holding: how full it is is not known."}
    return advice(known=None, **hold, **said)


STAFF = User(pk=1, username="anna", is_staff=True, is_superuser=True)
OFF_NODE = Node(
    pk=2, slug="far", oasis_name="ALAMITOS_7_N001-UNIT-1-AGGREGATED-APND", tracked=False
)
STATES: dict[str, Callable[[], str]] = {
    "a battery's plan": page,
    "a battery's plan, for staff": lambda: page(user=STAFF, fault="It lies outside.", typed="9"),
    "a battery's history": lambda: page("history", STAFF),
    "a battery's what-if": lambda: page("what-if"),
    "a battery without advice": lambda: no_plan(advice=None),
    "a battery whose charge is unknown": lambda: no_plan(advice=unknown_soc(), user=STAFF),
    "a battery whose advice is late": lambda: page(advice=advice(interval=[0, 5])),
    "a battery switched off at a node that is not tracked": lambda: page(
        battery=battery(name=LONG, node=OFF_NODE, active=False),
        batteries=[battery(name=LONG), battery(2, "Second"), battery(3, "Third")],
        page_data={"battery": 1, "hub": ""},
    ),
    "a battery before anything is settled": lambda: page(
        "history",
        results=[],
        paper_rows=[],
        pictures=[],
        backtests=[],
        paper_measures=None,
        **measured(0),
    ),
    "simulated": lambda: page(source="simulator"),
}
