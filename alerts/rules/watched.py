"""What rules watch in a node's prices, as values. Pure: prices in, values out.

lmp, energy, congestion, loss and ghg are $/MWh; spread is the price less the day-ahead price of
the hour, $/MWh; change is the price less the one `span` minutes before, $/MWh; dearest and
cheapest are the share of the reference prices that are dearer or cheaper, in percent, so that
"among the dearest 5 %" is a value below 5. The reference are the `span` operating days before the
interval's, or with a span of 0 the hours of its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from market.intervals import day_bounds, floor, operating_date
from market.markets import Market

COMPONENTS = ("lmp", "energy", "congestion", "loss", "ghg")
SPREAD, CHANGE, DEAREST, CHEAPEST, AGE = "spread", "change", "dearest", "cheapest", "age"
RANKS = (DEAREST, CHEAPEST)
# On which side of its limit such a value is beyond, whatever a rule says.
FIXED_DIRECTIONS = {DEAREST: "below", CHEAPEST: "below", AGE: "above"}
# A reference with fewer prices than this share of its intervals says nothing.
ENOUGH = Decimal("0.8")
AN_INSTANT = timedelta(microseconds=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Watch(NamedTuple):
    """What is watched, over how many minutes or days."""

    watched: str
    span: int = 0

    @property
    def looks_back(self) -> timedelta:
        """How much older prices it needs, at the most."""
        if self.watched in RANKS:
            return timedelta(days=self.span + 2)
        return timedelta(minutes=self.span)

    @property
    def reaches_others(self) -> bool:
        """Whether a price has a part in the values of other intervals than its own."""
        return self.watched in (CHANGE, *RANKS)

    def touched(self, start: datetime) -> tuple[datetime, datetime]:
        """[from, until): the intervals in whose value the price of this one has a part."""
        if self.watched == CHANGE:
            return start, start + timedelta(minutes=self.span) + AN_INSTANT
        if self.watched not in RANKS:
            return start, start + AN_INSTANT
        day = operating_date(start)
        if not self.span:
            return day_bounds(day)
        return start, day_bounds(day + timedelta(days=self.span))[1]


class Series:
    """Observed LMPs of one node in one market, by interval start, and what is watched in them.

    `components` are those that are watched, by name; `day_ahead` gives the day-ahead LMP by the
    start of its hour.
    """

    def __init__(
        self,
        market: Market,
        prices: Mapping[datetime, Decimal],
        day_ahead: Mapping[datetime, Decimal],
        components: Mapping[str, Mapping[datetime, Decimal | None]] | None = None,
    ) -> None:
        self.market = market
        self.prices = prices
        self.day_ahead = day_ahead
        self.components = {"lmp": prices, **(components or {})}
        self.hour = LONG_AGO
        self.day = (LONG_AGO, LONG_AGO, LONG_AGO.date())
        self.days: dict[date, list[float]] = {}
        self.references: dict[tuple[date, int], list[float]] = {}
        self.values: dict[tuple[Watch, datetime], Decimal | None] = {}

    def value(self, watch: Watch, start: datetime) -> Decimal | None:
        """The value of an interval; None where a price it needs is not held."""
        held = self.components.get(watch.watched)
        if held is not None:
            return held.get(start)
        key = (watch, start)
        if key not in self.values:
            lmp = self.prices.get(start)
            of = OTHERS[watch.watched]
            self.values[key] = None if lmp is None else of(self, watch.span, start, lmp)
        return self.values[key]

    def spread(self, _: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """Against the day-ahead price of the hour the interval falls in."""
        beside = self.day_ahead.get(self.hour_of(start))
        return None if beside is None else lmp - beside

    def change(self, minutes: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """Against the price of the interval that began so many minutes before."""
        before = self.prices.get(start - timedelta(minutes=minutes))
        return None if before is None else lmp - before

    def dearer(self, days: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """Percent of the reference that is dearer."""
        held = self.reference(self.day_of(start), days)
        return share(len(held) - bisect_right(held, float(lmp)), len(held))

    def cheaper(self, days: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """Percent of the reference that is cheaper."""
        held = self.reference(self.day_of(start), days)
        return share(bisect_left(held, float(lmp)), len(held))

    def hour_of(self, start: datetime) -> datetime:
        """The day-ahead hour an interval falls in; mostly that of the one before."""
        if not self.hour <= start < self.hour + Market.DAM.interval:
            self.hour = floor(start, Market.DAM)
        return self.hour

    def day_of(self, start: datetime) -> date:
        """The operating date an interval falls in; mostly that of the one before."""
        first, last, day = self.day
        if not first <= start < last:
            day = operating_date(start)
            self.day = (*day_bounds(day), day)
        return day

    def reference(self, day: date, days: int) -> list[float]:
        """The prices an interval of this operating date is compared with, cheapest first."""
        key = (day, days)
        if key not in self.references:
            self.references[key] = self.referred(day, days)
        return self.references[key]

    def referred(self, day: date, days: int) -> list[float]:
        """Empty where too few are held: of the day itself all must be."""
        several = [day - timedelta(days=back) for back in range(1, days + 1)] or [day]
        # Sorted day by day, and then together: sorting finds what is in order already.
        held = sorted(chain.from_iterable(map(self.of_day, several)))
        length = day_bounds(several[0])[1] - day_bounds(several[-1])[0]
        enough = int(length / self.market.interval) * (ENOUGH if days else 1)
        return held if len(held) >= enough else []

    def of_day(self, day: date) -> list[float]:
        """The prices held of an operating date, cheapest first."""
        if day not in self.days:
            first, last = (bisect_left(self.starts, bound) for bound in day_bounds(day))
            # As floats, which are sorted five times as fast: five places keep their order.
            self.days[day] = sorted(float(self.prices[start]) for start in self.starts[first:last])
        return self.days[day]

    @cached_property
    def starts(self) -> list[datetime]:
        """The held intervals, oldest first."""
        return sorted(self.prices)


OTHERS: dict[str, Callable[[Series, int, datetime, Decimal], Decimal | None]] = {
    SPREAD: Series.spread,
    CHANGE: Series.change,
    DEAREST: Series.dearer,
    CHEAPEST: Series.cheaper,
}


def share(count: int, of: int) -> Decimal | None:
    """Percent; None of nothing."""
    return Decimal(100 * count) / of if of else None
