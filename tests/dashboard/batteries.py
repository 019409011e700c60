"""Batteries with advice, schedules, results and back-tests, as the processes that make them do."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from battery.models import Advice, Backtest, Battery, PaperDay, Restatement, Schedule
from market.intervals import intervals_between, iso, midnight
from market.markets import Market
from tests.conftest import utc
from tests.published import published, store

NOW = utc("2026-07-14 19:37:14")
START = utc("2026-07-14 19:35")
TODAY = date(2026, 7, 14)
A_DAY, HOUR, FIVE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)
VERSION = {"parameters": {}, "code_version": "test"}


def advised(battery: Battery, start: datetime = START, **more: Any) -> Advice:
    """To charge at 1 MW, with a plan to sell in the evening."""
    plan = [
        [iso(start), -4.2, -9.0, 6.5, -1.0, 2.677],
        [iso(start + FIVE), 8.0, 2.0, 20.0, -1.0, 2.75],
        [iso(start + 2 * FIVE), 9.0, None, None, 0.0, 2.75],
        [iso(start + 3 * FIVE), 92.0, 60.0, 140.0, 1.0, 2.66],
    ]
    plain: dict[str, Any] = {
        "market": "RTM",
        "interval_end": start + FIVE,
        "made_at": start + timedelta(seconds=2),
        "action": "charge",
        "power_mw": -1,
        "soc_mwh": Decimal("2.6"),
        "soc_source": "reported",
        "soc_known_at": start - FIVE,
        "expected_usd_mwh": Decimal("-4.2"),
        "stored_usd_mwh": 31,
        "reason": "Charging at −4: a stored MWh is worth 31.",
        "known": {},
        "plan": plan,
    }
    return Advice.objects.create(battery=battery, interval_start=start, **VERSION | plain | more)


def scheduled(battery: Battery, day: date = TODAY) -> Schedule:
    hours = [
        [iso(at), 30.5, 0.0, 2.0, 41.5]
        for at in intervals_between(midnight(day), midnight(day + A_DAY), Market.DAM)
    ]
    worth = {"net_usd": "212.40", "bound_usd": "212.45", "gap": 0.00024}
    made = {"made_at": NOW - A_DAY, "hours": hours}
    return Schedule.objects.create(battery=battery, date=day, **made, **worth, **VERSION)


def settled(battery: Battery, day: date, net: str = "187.40", **more: Any) -> PaperDay:
    """A day on paper, with a ledger of one line at noon."""
    noon = midnight(day) + 12 * HOUR
    lines = {"columns": ["interval_start", "net_usd"], "rows": [[iso(noon), net]]}
    plain: dict[str, Any] = {
        "market": "RTM",
        "settled": 288,
        "excluded": 0,
        "revenue_usd": Decimal(net) + 40,
        "wear_usd": 40,
        "net_usd": net,
        "two_settlement_usd": "192.10",
        "perfect_usd": "221.75",
        "cycles": 1.0,
        "rivals": {"day_ahead": 171.2, "clock": -3.25},
        "ledger": {"lines": lines},
        "settled_at": NOW,
    }
    return PaperDay.objects.create(battery=battery, date=day, **plain | more)


def restated(day: PaperDay) -> Restatement:
    return Restatement.objects.create(
        day=day,
        at=NOW,
        interval_start=midnight(day.date) + 12 * HOUR,
        old_price="1015.37",
        new_price=None,
        old_net_usd="248.11",
        new_net_usd=day.net_usd,
        why="CAISO withdrew <the> price.",
    )


def backtest_of(battery: Battery, **more: Any) -> Backtest:
    days = {"start": date(2022, 1, 1), "end": date(2022, 12, 31), "market": "RTPD"}
    return Backtest.objects.create(battery=battery, asked_at=NOW, policies=[], **days | more)


def priced() -> None:
    """Today's prices: day-ahead of all hours, real-time until now."""
    hours = intervals_between(midnight(TODAY), midnight(TODAY + A_DAY), Market.DAM)
    store([published(hour, "41.33", Market.DAM) for hour in hours], NOW)
    store([published(at, "30.5") for at in intervals_between(START - HOUR, NOW, Market.RTM)], NOW)
