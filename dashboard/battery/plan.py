"""What advice expects from here on: interval by interval, and in runs of the same action. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from dashboard.battery.words import action_of
from market.intervals import from_iso, operating_date

HOUR = timedelta(hours=1)


class Slot(NamedTuple):
    """An interval of the plan. `usd` is what the plan has earned by its end, after wear."""

    start: datetime
    end: datetime
    price: float | None
    low: float | None
    high: float | None
    power_mw: float
    soc_mwh: float | None
    usd: float

    @property
    def action(self) -> str:
        return action_of(self.power_mw)


class Run(NamedTuple):
    """Intervals one after another, of one day, in which the battery does the same."""

    start: datetime
    end: datetime
    action: str
    slots: Sequence[Slot]


def slots(plan: Sequence[Sequence[Any]], end: datetime, wear_usd_mwh: float) -> list[Slot]:
    """The rows of `Advice.plan`; `end` is that of the first interval.

    Each interval ends where the next begins, the last is as long as the one before it.
    """
    starts = [from_iso(row[0]) for row in plan]
    if not starts:
        return []
    length = starts[-1] - starts[-2] if len(starts) > 1 else end - starts[0]
    found, usd = [], 0.0
    for row, start, until in zip(plan, starts, [*starts[1:], starts[-1] + length], strict=True):
        _, price, low, high, power, soc = row
        usd += earned(price, power, (until - start) / HOUR, wear_usd_mwh)
        found.append(Slot(start, until, price, low, high, power, soc, usd))
    return found


def earned(price: float | None, power_mw: float, hours: float, wear_usd_mwh: float) -> float:
    """Dollars of an interval: what is sold less what is bought and what that wears."""
    return power_mw * hours * (price or 0.0) - max(power_mw, 0.0) * hours * wear_usd_mwh


def runs(found: Sequence[Slot]) -> Iterator[Run]:
    """Neighbours of one day that do the same, as one."""
    for (_, action), some in groupby(found, lambda slot: (operating_date(slot.start), slot.action)):
        same = list(some)
        yield Run(same[0].start, same[-1].end, action, same)
