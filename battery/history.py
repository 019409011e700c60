"""Prices of one node as arrays of consecutive intervals, for learning and back-tests. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from battery.quantiles import Floats, Whole
from market.intervals import day_bounds, pacific
from market.markets import Market

HOUR_S = 3600
# Tables look so far beyond the last price.
AHEAD = timedelta(hours=72)


class History(NamedTuple):
    """LMPs, $/MWh, NaN where none is held, from a Pacific midnight on.

    `rt` (N,) is of intervals of `step_s` seconds from `start_s` on; `day_ahead` and `hours_of_day`
    are of hours from the same moment on, and reach further.
    """

    market: Market
    start_s: int
    step_s: int
    rt: Floats
    day_ahead: Floats
    hours_of_day: Whole

    @property
    def per_hour(self) -> int:
        return HOUR_S // self.step_s

    @property
    def hours(self) -> float:
        """The length of an interval."""
        return self.step_s / HOUR_S

    def interval_of(self, moment: datetime) -> int:
        """The interval that a moment lies in."""
        return (int(moment.timestamp()) - self.start_s) // self.step_s

    def hour_of(self, moment: datetime) -> int:
        return (int(moment.timestamp()) - self.start_s) // HOUR_S

    def moment(self, interval: int) -> datetime:
        return datetime.fromtimestamp(self.start_s + interval * self.step_s, UTC)

    def beside(self, intervals: slice) -> Floats:
        """The day-ahead prices of intervals' own hours."""
        found: Floats = self.day_ahead[self.hours_around(intervals)]
        return found

    def clock(self, intervals: slice) -> Whole:
        """The Pacific hours of the day of intervals."""
        found: Whole = self.hours_of_day[self.hours_around(intervals)]
        return found

    def hours_around(self, intervals: slice) -> Whole:
        """The place of each interval's hour."""
        return np.arange(intervals.start, intervals.stop) // self.per_hour

    def day(self, day: date) -> slice:
        """The intervals of an operating date."""
        start, end = day_bounds(day)
        return slice(self.interval_of(start), self.interval_of(end))

    def is_whole(self, day: date) -> bool:
        """Whether every price of an operating date is held, real-time and day-ahead."""
        of_day = self.day(day)
        if of_day.start < 0 or of_day.stop > len(self.rt):
            return False
        held = ~np.isnan(self.rt[of_day]) & ~np.isnan(self.beside(of_day))
        return bool(held.all())

    @property
    def digest(self) -> str:
        """SHA-256 over the prices: the same digest, the same back-test."""
        found = sha256(f"{self.market} {self.start_s} {self.step_s}".encode())
        found.update(np.ascontiguousarray(self.rt).tobytes())
        found.update(np.ascontiguousarray(self.day_ahead).tobytes())
        return found.hexdigest()


def history(
    market: Market,
    start: datetime,
    end: datetime,
    rt: Iterable[tuple[datetime, Decimal]],
    day_ahead: Iterable[tuple[datetime, Decimal]],
) -> History:
    """From LMPs by the start of their intervals."""
    step_s = int(market.interval.total_seconds())
    hours = int((end + AHEAD - start).total_seconds()) // HOUR_S
    intervals = int((end - start).total_seconds()) // step_s
    return History(
        market,
        int(start.timestamp()),
        step_s,
        filled(rt, start, step_s, intervals),
        filled(day_ahead, start, HOUR_S, hours),
        clock_hours(start, hours),
    )


def filled(
    prices: Iterable[tuple[datetime, Decimal]], start: datetime, step_s: int, count: int
) -> Floats:
    """Prices in their places, NaN in the others."""
    found = np.full(count, np.nan)
    start_s = start.timestamp()
    for moment, lmp in prices:
        place = int(moment.timestamp() - start_s) // step_s
        if 0 <= place < count:
            found[place] = float(lmp)
    return found


def clock_hours(start: datetime, count: int) -> NDArray[np.intp]:
    """The Pacific hour of the day of each hour from `start` on."""
    hour = timedelta(hours=1)
    return np.array([pacific(start + nth * hour).hour for nth in range(count)], dtype=np.intp)
