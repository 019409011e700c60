"""What each tab of a battery's page shows."""

from datetime import datetime, timedelta
from typing import Any

from battery.models import Battery
from battery.models.advice import RECKONED
from battery.newest_measures import newest_measures
from battery.soc import KnownSoc
from dashboard.battery import past, reading
from dashboard.battery.backtest_lines import backtest_line
from dashboard.battery.earned import by_hour, by_month, columns
from dashboard.battery.now import Pair, now_card
from dashboard.battery.paper_days import paper_rows
from dashboard.battery.paper_measures import paper_measures
from dashboard.battery.plan_picture import plan_picture
from dashboard.battery.plan_table import run_rows, slot_rows, until_text
from dashboard.battery.price_measures import price_measures
from dashboard.battery.results import result
from dashboard.battery.spread_picture import spread_card
from dashboard.battery.words import moment_text
from dashboard.first_paint.price_words import mega_text
from market.intervals import operating_date
from market.markets import Market

Context = dict[str, Any]
A_DAY = timedelta(days=1)
DAYS_BACK = 30
PLAN, HISTORY, WHAT_IF = "plan", "history", "what-if"
TABS = {PLAN: "Plan", HISTORY: "History", WHAT_IF: "What if"}
MOST = 99_999  # that the API takes of anything
# Policies of a back-test, by the names that it is asked for with.
CHOICES = {
    "advice": "advice",
    "day_ahead": "day-ahead schedule",
    "clock": "fixed clock",
    "yesterday": "yesterday's shape",
    "thresholds": "thresholds 0 and 100",
}


def now_context(battery: Battery, *, now: datetime) -> Context:
    """The card of now, which stands above every tab, and the advice for the others."""
    about, advice = reading.about(battery), reading.newest_advice(battery)
    told = reading.advice_now(battery, advice, now=now) if advice else None
    card = now_card(about, told, now=now)
    if advice is None:
        card = card._replace(pairs=charge_pairs(reading.known_soc(battery, now=now), now))
    return {"about": about, "advice": advice, "card": card}


def charge_pairs(soc: KnownSoc, now: datetime) -> list[Pair]:
    """What is known of a state of charge that no advice goes by yet."""
    if soc.soc_mwh is None:
        return [Pair("state of charge", "unknown: report it")]
    at = moment_text(soc.known_at, now) if soc.known_at else ""
    since = "since " if soc.source == RECKONED and at else ""
    return [Pair("state of charge", f"{mega_text(soc.soc_mwh)} MWh, {soc.source} {since}{at}")]


def plan_context(battery: Battery, advice: Any, *, now: datetime) -> Context:
    plan = reading.plan_of(battery, advice, now=now)
    ahead = [slot for slot in plan if slot.end > now]
    return {
        "picture": plan_picture(reading.shown(battery, plan, now=now)),
        "power": mega_text(max(float(battery.power_in_mw), float(battery.power_out_mw))),
        "energy": mega_text(float(battery.energy_mwh), 0),
        "run_rows": run_rows(ahead, now),
        "slot_rows": slot_rows(ahead, now),
        "until": until_text(ahead, now),
        "schedules": reading.schedules(battery, now=now),
    }


def history_context(battery: Battery, *, now: datetime) -> Context:
    """Without what its hub's days could have earned, which the page adds."""
    today = operating_date(now)
    since = past.month_before(today)
    days = past.paper_days(battery)
    lately = [day for day in days if day.date >= since]
    month = [day for day in lately if day.date >= today.replace(day=1)]
    yesterday = [day for day in lately if day.date == today - A_DAY]
    hours = by_hour(past.ledgers(battery, since=today - 31 * A_DAY))
    found = [
        result(f"Yesterday, {today - A_DAY:%a, %b %-d}", yesterday),
        result(f"{today:%B} so far", month),
    ]
    pictures = [
        columns("By month", ["advice", "perfect foresight"], by_month(days)),
        columns("By hour of the day, last 31 days", ["advice"], hours),
    ]
    return {
        "results": [one for one in found if one],
        "paper_rows": paper_rows(lately, past.restatements(battery, since=since), now),
        "pictures": [one for one in pictures if one],
        "backtests": [backtest_line(one, now) for one in past.backtests(battery)],
        "policies": CHOICES,
        "ticked": list(CHOICES),
        "paper_measures": paper_measures(lately, today, float(battery.power_out_mw)),
        **measures_context(battery, now=now),
    }


def measures_context(battery: Battery, *, now: datetime) -> Context:
    """What the last days' prices at its node were worth."""
    found = newest_measures(battery.node, DAYS_BACK, now=now)
    return {
        "days_back": DAYS_BACK,
        "price_measures": price_measures(found),
        "spread": spread_card(found, Market(battery.market)),
    }


def what_if_context(battery: Battery) -> Context:
    """What the fields begin with, and how far their sliders go."""
    energy, power = float(battery.energy_mwh), float(battery.power_out_mw)
    cap = battery.cycle_cap_per_day
    return {
        "most": MOST,
        "fields": [
            field("energy_mwh", "Energy", "MWh", energy, energy / 4, energy * 4),
            field("power_mw", "Power", "MW", power, power / 4, power * 4),
            field(
                "round_trip_percent", "Round trip", "%", float(battery.round_trip_percent), 50, 100
            ),
            field("wear_usd_mwh", "Wear", "$/MWh delivered", float(battery.wear_usd_mwh), 0, 60),
            field("cycles_per_day", "Cycles a day, at most", "0: no cap", cap or 0.0, 0, 4),
        ],
    }


def field(name: str, label: str, unit: str, value: float, low: float, high: float) -> Context:
    plain = {"value": value, "low": low, "high": max(min(high, MOST), value)}
    return {"name": name, "label": label, "unit": unit} | {
        key: f"{round(number, 5):.12g}" for key, number in plain.items()
    }
