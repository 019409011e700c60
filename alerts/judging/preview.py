"""How often a rule would have fired, judged over stored prices before it is saved."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from alerts import held_prices
from alerts.models import Rule, Watching
from alerts.rules.beginnings import FURTHEST, known_before
from alerts.rules.episodes import Episode, episodes
from alerts.rules.rule import Reading, Requirement, Ruling, Stance, State, judge
from alerts.rules.watched import AGE, Series, Watch
from alerts.wording import duration
from market.intervals import day_bounds, intervals_between, operating_date
from market.markets import Market
from prices import readings

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOT_YET_OUT = 3  # intervals that may be missing because they are not published yet


class Preview(NamedTuple):
    """The alerts that a rule would have opened in some days, and how many intervals have prices."""

    fired: int
    flaps: int
    longest: timedelta | None
    episodes: list[Episode]
    judged: int
    expected: int
    days: int

    @property
    def sentence(self) -> str:
        """The preview in words."""
        span = "day" if self.days == 1 else f"{self.days} days"
        parts = [f"This rule {self.often} in the last {span}"]
        if self.fired or self.flaps:
            parts.append(f"{self.flaps} flap{'' if self.flaps == 1 else 's'} suppressed")
        if self.longest is not None:
            parts.append(f"longest {duration(self.longest)}")
        return f"{', '.join(parts)}{self.of_what}."

    @property
    def often(self) -> str:
        if not self.fired:
            return "would not have fired"
        return "would have fired " + ("once" if self.fired == 1 else f"{self.fired:,} times")

    @property
    def of_what(self) -> str:
        if self.expected - self.judged <= NOT_YET_OUT:
            return ""
        return f"; {self.judged:,} of {self.expected:,} intervals are held"


def preview(
    rule: Rule, conditions: Sequence[Watching] = (), *, now: datetime, days: int = 90
) -> Preview:
    """The alerts that a rule would have opened; it need not be saved.

    `conditions` are those besides its own. Day-ahead hours to come count if they are published.
    """
    start = now - timedelta(days=days)
    if rule.watched == AGE:
        return preview_of_age(rule, start, now, days)
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
    return Preview(len(found), flaps, longest(found, last), found, len(readings), expected, days)


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


def preview_of_age(rule: Rule, start: datetime, now: datetime, days: int) -> Preview:
    """A preview of a rule on data age, by when each interval was first seen."""
    market = Market(rule.market)
    arrivals = readings.arrivals(rule.node_id, market, start, now)
    moments = [(one.seen_at, one.newest) for one in arrivals]
    found = silences([*moments, (now, now)], rule.ruling.conditions[0])
    expected = sum(1 for _ in intervals_between(start, now, market))
    judged = sum(one.intervals for one in arrivals)
    return Preview(len(found), 0, longest(found, now), found, judged, expected, days)


def silences(arrivals: Iterable[tuple[datetime, datetime]], age: Requirement) -> list[Episode]:
    """When the newest interval was too old.

    `arrivals` are pairs: when intervals were seen, and the start of the newest of them. An arrival
    ends the silence if it is young enough for the clear limit.
    """
    found: list[Episode] = []
    newest: datetime | None = None
    opened: datetime | None = None
    for seen, interval in arrivals:
        if newest is not None and opened is None and is_beyond(age, seen - newest):
            opened = newest + timedelta(minutes=float(age.limit))
        newest = interval if newest is None else max(newest, interval)
        if opened is not None and age.stance(minutes(seen - newest)) is Stance.BACK:
            found.append(Episode(opened, seen))
            opened = None
    return found


def is_beyond(age: Requirement, length: timedelta) -> bool:
    """Whether data of this age are beyond the limit."""
    return age.stance(minutes(length)) is Stance.BEYOND


def minutes(length: timedelta) -> Decimal:
    """A length of time in minutes, as limits on data age have it."""
    return Decimal(length / MINUTE)


def longest(found: Sequence[Episode], last: datetime) -> timedelta | None:
    """How long the longest episode lasted; an open one until `last`."""
    return max(((one.cleared or last) - one.opened for one in found), default=None)
