"""The plan as a table: runs of the same action, and every interval. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard.battery.plan import HOUR, Run, Slot, runs
from dashboard.battery.words import HOLD, SIGN, action_text, clock, moment_text, whole_usd_text
from dashboard.first_paint.market_times import interval_text
from dashboard.first_paint.price_words import NOTHING, mega_text, price_text, tone_of
from market.intervals import operating_date, pacific

NO_SHARE = 0.005  # of the most power: not worth a number


class PlanRow(NamedTuple):
    """A line of either table; `day` is said where it begins."""

    iso: str
    day: str
    slot: str
    price: str
    small: str
    tone: str
    action: str
    kind: str
    soc: str
    usd: str


def run_rows(found: Sequence[Slot], now: datetime) -> list[PlanRow]:
    """One line for each run: the mean price of its energy, or of its time; its range below."""
    return with_days([run_row(run) for run in runs(found)], [run.start for run in runs(found)], now)


def slot_rows(found: Sequence[Slot], now: datetime) -> list[PlanRow]:
    """One line for each interval: below its price stands the band it is expected in."""
    return with_days([slot_row(slot) for slot in found], [slot.start for slot in found], now)


def with_days(rows: Sequence[PlanRow], starts: Sequence[datetime], now: datetime) -> list[PlanRow]:
    """Whatever begins another day than today says so."""
    day, found = operating_date(now), []
    for row, start in zip(rows, starts, strict=True):
        is_other, day = operating_date(start) != day, operating_date(start)
        found.append(row._replace(day=f"{pacific(start):%a, %b %-d}") if is_other else row)
    return found


def run_row(run: Run) -> PlanRow:
    prices = [slot.price for slot in run.slots if slot.price is not None]
    mean = mean_price(run)
    small = ""
    if prices and price_text(min(prices)) != price_text(max(prices)):
        small = range_text(min(prices), max(prices))
    row = row_of(run.slots[-1], mean, small, run_action(run))
    return row._replace(slot=interval_text(run.start, run.end), iso=run.start.isoformat())


def mean_price(run: Run) -> float | None:
    """Of what is charged or discharged; while it holds, of the time."""
    priced = [(slot.price, weight(slot)) for slot in run.slots if slot.price is not None]
    whole = sum(mwh for _, mwh in priced)
    return sum(price * mwh for price, mwh in priced) / whole if priced else None


def weight(slot: Slot) -> float:
    """MWh, while it holds hours."""
    hours = (slot.end - slot.start) / HOUR
    return hours if slot.action == HOLD else hours * abs(slot.power_mw)


def range_text(low: float, high: float) -> str:
    """`25.10 to 40.70`, broken before the `to` where there is little room."""
    return f"{price_text(low)} to\N{NO-BREAK SPACE}{price_text(high)}"


def run_action(run: Run) -> str:
    """`▲ charge 1.0 MW`; where the power changes within it `0.4–1.0 MW` or `up to 1.0 MW`."""
    if run.action == HOLD:
        return HOLD
    powers = [abs(slot.power_mw) for slot in run.slots]
    least, most = mega_text(min(powers)), mega_text(max(powers))
    said = most if least == most else f"{least}–{most}"
    said = f"up to {most}" if min(powers) < NO_SHARE * max(powers) else said
    return f"{SIGN[run.action]} {said}\N{NO-BREAK SPACE}MW"


def slot_row(slot: Slot) -> PlanRow:
    band = ""
    if slot.low is not None and slot.high is not None:
        band = range_text(slot.low, slot.high)
    return row_of(slot, slot.price, band, action_text(slot.power_mw))


def row_of(last: Slot, price: float | None, small: str, action: str) -> PlanRow:
    """A line that ends with the interval `last`."""
    return PlanRow(
        iso=last.start.isoformat(),
        day="",
        slot=clock(last.start),
        price=price_text(price),
        small=small,
        tone=tone_of(price),
        action=action,
        kind=last.action,
        soc=NOTHING if last.soc_mwh is None else mega_text(last.soc_mwh),
        usd=whole_usd_text(last.usd),
    )


def until_text(found: Sequence[Slot], now: datetime) -> str:
    """Until when the plan goes."""
    return moment_text(found[-1].end, now) if found else ""
