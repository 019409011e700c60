"""What a day's prices come to: averages, extremes, on-peak and off-peak, TB2 and TB4. Pure."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from market.intervals import MINUTES, day_bounds, floor
from market.markets import Market
from market.peak_hours import on_peak
from prices.gap_ranges import expected

HOUR = timedelta(hours=1)
FIVE_PLACES = Decimal("0.00001")
LEAST_SHARE = Decimal("0.95")  # a day of which less is held is not compared with others
Lmps = Mapping[datetime, Decimal]


class HeldDay(NamedTuple):
    """The LMPs held of one operating date at one node, by the start of their interval."""

    date: date
    rt: Lmps
    da: Lmps


class DayFigures(NamedTuple):
    """What one market's prices of an operating date come to, $/MWh to five places.

    `held` of the `expected` intervals of the whole day are in it. tb2 and tb4 are $ for 1 MW: the
    means of the n dearest hours less those of the n cheapest, of hours that are held from end to
    end; None with fewer than 2n of them. `whole` is whether every interval of the day is held.
    """

    held: int
    expected: int
    average: Decimal
    high: Decimal
    high_start: datetime
    low: Decimal
    low_start: datetime
    on_peak: Decimal | None
    off_peak: Decimal | None
    negative_minutes: int
    tb2: Decimal | None
    tb4: Decimal | None

    @property
    def whole(self) -> bool:
        return self.held == self.expected

    @property
    def comparable(self) -> bool:
        """Whether enough of the day is held to compare it with other days."""
        return self.held >= LEAST_SHARE * self.expected


class Day(NamedTuple):
    """The figures of an operating date; da_beside is the day-ahead average beside rt's."""

    date: date
    rt: DayFigures | None
    da: DayFigures | None
    da_beside: Decimal | None


def figures_of(day: HeldDay) -> Day:
    return Day(
        day.date,
        day_figures(day.date, Market.RTM, day.rt),
        day_figures(day.date, Market.DAM, day.da),
        day_ahead_beside(day),
    )


def day_figures(day: date, market: Market, lmps: Lmps) -> DayFigures | None:
    """The figures of what is held of a day; None if nothing is. Of equals, the first is named."""
    if not lmps:
        return None
    high_start = max(sorted(lmps), key=lmps.__getitem__)
    low_start = min(sorted(lmps), key=lmps.__getitem__)
    peak, rest = by_peak(day, lmps)
    per_hour = HOUR // market.interval
    hours = whole_hour_sums(lmps, per_hour)
    return DayFigures(
        held=len(lmps),
        expected=expected(*day_bounds(day), market),
        average=mean(lmps.values()),
        high=lmps[high_start],
        high_start=high_start,
        low=lmps[low_start],
        low_start=low_start,
        on_peak=mean(peak) if peak else None,
        off_peak=mean(rest) if rest else None,
        negative_minutes=sum(lmp < 0 for lmp in lmps.values()) * MINUTES[market],
        tb2=top_bottom(hours, 2, per_hour),
        tb4=top_bottom(hours, 4, per_hour),
    )


def by_peak(day: date, lmps: Lmps) -> tuple[list[Decimal], list[Decimal]]:
    """The on-peak prices of a day, and its off-peak ones."""
    if (bounds := on_peak(day)) is None:
        return [], [*lmps.values()]
    start, end = bounds
    return (
        [lmp for moment, lmp in lmps.items() if start <= moment < end],
        [lmp for moment, lmp in lmps.items() if not start <= moment < end],
    )


def whole_hour_sums(lmps: Lmps, per_hour: int) -> list[Decimal]:
    """The sum of each clock hour's prices, of hours that are held from end to end."""
    return [*whole_hours(lmps, per_hour).values()]


def whole_hours(lmps: Lmps, per_hour: int) -> dict[datetime, Decimal]:
    """The same by the start of the hour."""
    hours: dict[datetime, list[Decimal]] = {}
    for moment, lmp in lmps.items():
        hours.setdefault(moment.replace(minute=0), []).append(lmp)
    return {hour: sum(held, Decimal()) for hour, held in hours.items() if len(held) == per_hour}


def top_bottom(hour_sums: list[Decimal], n: int, per_hour: int) -> Decimal | None:
    """TBn of hours whose prices are summed."""
    if len(hour_sums) < 2 * n:
        return None
    ranked = sorted(hour_sums)
    return rounded((sum(ranked[-n:]) - sum(ranked[:n], Decimal())) / per_hour)


def mean(values: Collection[Decimal]) -> Decimal:
    """To five places."""
    return rounded(sum(values, Decimal()) / len(values))


def rounded(value: Decimal) -> Decimal:
    """To five places, and never the negative zero."""
    return value.quantize(FIVE_PLACES) + 0


def day_ahead_beside(day: HeldDay) -> Decimal | None:
    """The day-ahead average over the very intervals of which real-time prices are held.

    Each interval counts with the price of its hour. None if an hour is not held: the two averages
    would not be of the same time.
    """
    hours = [floor(moment, Market.DAM) for moment in day.rt]
    if not hours or not day.da.keys() >= set(hours):
        return None
    return mean([day.da[hour] for hour in hours])
