"""How often a rule would have fired, judged over stored prices before it is saved."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from alerts import held_prices
from alerts.models import Rule, Watching
from alerts.rules.beginnings import FURTHEST, known_before
from alerts.rules.episodes import Episode, episodes
from alerts.rules.rule import Reading, Ruling, Stance, State, judge
from alerts.rules.watched import AGE, Series, Watch
from alerts.wording import duration
from market.intervals import day_bounds, intervals_between, operating_date
from market.markets import Market

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOT_YET_OUT = 3  # intervals that may be missing because they are not published yet


NO_AGE = (
    "A rule on data age can't be previewed: when each price came is not known for prices that were "
    "fetched later."
)


class NoPreview(Exception):
    """There is no preview of such a rule; the text says why."""


class Preview(NamedTuple):
    """The alerts that a rule would have opened in some days, and how many intervals have prices."""

    fired: int
    flaps: int
    longest: timedelta | None
    episodes: list[Episode]
    judged: int
    expected: int
    days: int
    days_held: int

    @property
    def sentence(self) -> str:
        """The preview in words."""
        if not self.judged:
            return f"No prices of the last {self.span} are held: it can't be said how often."
        sentences = [f"This rule {self.often} in the last {self.span}{self.lasting}."]
        if self.flaps:
            crossings = "1 short crossing" if self.flaps == 1 else f"{self.flaps:,} short crossings"
            sentences.append(f"{crossings} would have been left out.")
        return " ".join([*sentences, *self.of_what])

    @property
    def span(self) -> str:
        return "day" if self.days == 1 else f"{self.days} days"

    @property
    def often(self) -> str:
        if not self.fired:
            return "would not have fired"
        return "would have fired " + ("once" if self.fired == 1 else f"{self.fired:,} times")

    @property
    def lasting(self) -> str:
        if self.longest is None:
            return ""
        length = duration(self.longest)
        return f", for {length}" if self.fired == 1 else f", for {length} at the longest"

    @property
    def of_what(self) -> list[str]:
        """What of the time was judged, unless it is all of it."""
        if self.days_held < self.days:
            return [f"Judged on {self.days_held} of {self.days} days: no other prices are held."]
        if self.expected - self.judged <= NOT_YET_OUT:
            return []
        return [
            f"Judged on {self.judged:,} of {self.expected:,} intervals: the others are missing."
        ]


def preview(
    rule: Rule, conditions: Sequence[Watching] = (), *, now: datetime, days: int = 90
) -> Preview:
    """The alerts that a rule would have opened; it need not be saved.

    `conditions` are those besides its own. Day-ahead hours to come count if they are published.
    Raises NoPreview for a rule on data age.
    """
    start = now - timedelta(days=days)
    if rule.watched == AGE:
        raise NoPreview(NO_AGE)
    market = Market(rule.market)
    watchings = [rule, *conditions]
    ruling = rule.ruling._replace(conditions=tuple(one.condition for one in watchings))
    watches = [watching.watch for watching in watchings]
    begin = beginning(rule, ruling, watches, start)
    series = held_prices.series(rule.node_id, market, watches, begin, published_until(market, now))
    earlier = all_readings(ruling, watches, series, begin, start)
    before, opened = judge(ruling, State(), earlier)
    readings = list(all_readings(ruling, watches, series, start))
    state, transitions = judge(ruling, before._replace(flaps=0), readings)
    found = episodes(opened[-1].start if before.is_open else None, transitions)
    flaps = state.flaps + sum(one.flaps for one in transitions if not one.opens)
    expected = sum(1 for _ in intervals_between(start, now, market))
    last = readings[-1].end if readings else now
    held = days_with(readings, start, days)
    return Preview(
        len(found), flaps, longest(found, last), found, len(readings), expected, days, held
    )


def days_with(readings: Iterable[Reading], start: datetime, days: int) -> int:
    """On how many of the days since `start` any price is held; hours to come are of the last."""
    return len({min((reading.start - start) // DAY, days - 1) for reading in readings})


def beginning(rule: Rule, ruling: Ruling, watches: Sequence[Watch], start: datetime) -> datetime:
    """Where to begin judging, so that the rule's state at `start` is known."""
    market, back = Market(rule.market), DAY
    while True:
        series = held_prices.series(rule.node_id, market, watches, start - back, start)
        starts = [first for first in series.starts if start - back <= first < start]
        of_rule = partial(stance, ruling, watches, series)
        known = known_before(ruling, starts, of_rule, start, market.interval)
        if known is not None or back >= FURTHEST:
            return known or min([*starts, start])
        back *= 2


def published_until(market: Market, now: datetime) -> datetime:
    """The end of what can be published: for day-ahead hours, the end of tomorrow."""
    if market is not Market.DAM:
        return now
    return day_bounds(operating_date(now) + timedelta(days=1))[1]


def all_readings(
    ruling: Ruling,
    watches: Sequence[Watch],
    series: Series,
    start: datetime,
    end: datetime | None = None,
) -> Iterable[Reading]:
    """The intervals in [start, end) that have a price, as the rule reads them."""
    interval = series.market.interval
    for first in series.starts:
        if first >= start and (end is None or first < end):
            yield Reading(first, first + interval, stance(ruling, watches, series, first))


def stance(ruling: Ruling, watches: Sequence[Watch], series: Series, first: datetime) -> Stance:
    """How an interval stands to the rule's limits."""
    return ruling.stance([series.value(watch, first) for watch in watches])


def longest(found: Sequence[Episode], last: datetime) -> timedelta | None:
    """How long the longest episode lasted; an open one until `last`."""
    return max(((one.cleared or last) - one.opened for one in found), default=None)
