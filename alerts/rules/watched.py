"""The values that rules watch in a node's prices. Pure: prices in, values out.

lmp, energy, congestion, loss and ghg are in $/MWh. spread is the price less the day-ahead price of
the hour, change is the price less the one `span` minutes before, both in $/MWh. dearest and
cheapest are the share of reference prices that are dearer or cheaper, in percent: "among the
dearest 5 %" is a value below 5. The reference prices are those of the `span` operating dates before
the interval's, or with a span of 0 the hours of its own. age is in minutes.
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
# Values that are beyond the limit on one side only, whatever the rule says.
FIXED_DIRECTIONS = {DEAREST: "below", CHEAPEST: "below", AGE: "above"}
# There is no value if fewer than this share of the reference prices are known.
ENOUGH = Decimal("0.8")
AN_INSTANT = timedelta(microseconds=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Watch(NamedTuple):
    """A watched value, and over how many minutes or days."""

    watched: str
    span: int = 0

    @property
    def looks_back(self) -> timedelta:
        """How much older the prices can be that it needs."""
        if self.watched in RANKS:
            return timedelta(days=self.span + 2)
        return timedelta(minutes=self.span)

    @property
    def reaches_others(self) -> bool:
        """Whether the values of other intervals depend on an interval's price."""
        return self.watched in (CHANGE, *RANKS)

    def touched(self, start: datetime) -> tuple[datetime, datetime]:
        """[from, until): the intervals whose value depends on the price at `start`."""
        if self.watched == CHANGE:
            return start, start + timedelta(minutes=self.span) + AN_INSTANT
        if self.watched not in RANKS:
            return start, start + AN_INSTANT
        day = operating_date(start)
        if not self.span:
            return day_bounds(day)
        return start, day_bounds(day + timedelta(days=self.span))[1]


class Series:
    """Observed LMPs of one node in one market, by interval start, and the values watched in them.

    `components` are those that are watched, by name and interval start; `day_ahead` are LMPs by
    the start of their hour. All in $/MWh.
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
        """The value of an interval; None if a price that it needs is missing."""
        component = self.components.get(watch.watched)
        if component is not None:
            return component.get(start)
        key = (watch, start)
        if key not in self.values:
            lmp = self.prices.get(start)
            calculate = OTHERS[watch.watched]
            self.values[key] = None if lmp is None else calculate(self, watch.span, start, lmp)
        return self.values[key]

    def is_known(self, watch: Watch, start: datetime) -> bool:
        """Whether an interval has a price, and the component that is watched in it."""
        return self.components.get(watch.watched, self.prices).get(start) is not None

    def spread(self, _: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """The price less the day-ahead price of its hour, $/MWh."""
        day_ahead = self.day_ahead.get(self.hour_of(start))
        return None if day_ahead is None else lmp - day_ahead

    def change(self, minutes: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """The price less the price `minutes` before, $/MWh."""
        before = self.prices.get(start - timedelta(minutes=minutes))
        return None if before is None else lmp - before

    def dearer(self, days: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """Percent of the reference prices that are dearer."""
        prices = self.reference(self.day_of(start), days)
        return share(len(prices) - bisect_right(prices, float(lmp)), len(prices))

    def cheaper(self, days: int, start: datetime, lmp: Decimal) -> Decimal | None:
        """Percent of the reference prices that are cheaper."""
        prices = self.reference(self.day_of(start), days)
        return share(bisect_left(prices, float(lmp)), len(prices))

    def hour_of(self, start: datetime) -> datetime:
        """The day-ahead hour of an interval; the last one is kept, as most share it."""
        if not self.hour <= start < self.hour + Market.DAM.interval:
            self.hour = floor(start, Market.DAM)
        return self.hour

    def day_of(self, start: datetime) -> date:
        """The operating date of an interval; the last one is kept, as most share it."""
        first, last, day = self.day
        if not first <= start < last:
            day = operating_date(start)
            self.day = (*day_bounds(day), day)
        return day

    def reference(self, day: date, days: int) -> list[float]:
        """The reference prices of an operating date, cheapest first; empty if too few."""
        key = (day, days)
        if key not in self.references:
            self.references[key] = self.sorted_reference(day, days)
        return self.references[key]

    def sorted_reference(self, day: date, days: int) -> list[float]:
        """As `reference`, not cached. Of the day itself, all prices must be known."""
        several = [day - timedelta(days=back) for back in range(1, days + 1)] or [day]
        # Days are sorted one by one, and then together: Python's sort is fast on sorted runs.
        prices = sorted(chain.from_iterable(map(self.of_day, several)))
        length = day_bounds(several[0])[1] - day_bounds(several[-1])[0]
        enough = int(length / self.market.interval) * (ENOUGH if days else 1)
        return prices if len(prices) >= enough else []

    def of_day(self, day: date) -> list[float]:
        """The prices of an operating date, cheapest first."""
        if day not in self.days:
            first, last = (bisect_left(self.starts, bound) for bound in day_bounds(day))
            # Floats sort five times as fast, and keep the order of five decimals.
            self.days[day] = sorted(float(self.prices[start]) for start in self.starts[first:last])
        return self.days[day]

    @cached_property
    def starts(self) -> list[datetime]:
        """The intervals with a price, oldest first."""
        return sorted(self.prices)


OTHERS: dict[str, Callable[[Series, int, datetime, Decimal], Decimal | None]] = {
    SPREAD: Series.spread,
    CHANGE: Series.change,
    DEAREST: Series.dearer,
    CHEAPEST: Series.cheaper,
}


def share(count: int, of: int) -> Decimal | None:
    """In percent; None if `of` is 0."""
    return Decimal(100 * count) / of if of else None
