"""How often a rule would have fired: its judging over history, before it is saved."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts import held_prices
from alerts.episodes import Episode, episodes
from alerts.models import Rule, Watching
from alerts.rules import Reading, Ruling, State, judge
from alerts.watched import AGE, Series, Watch
from prices.intervals import intervals_between
from prices.market import Market
from prices.models import Price

MINUTE = timedelta(minutes=1)
NOT_YET_OUT = 3  # the newest intervals need not be there


class Preview(NamedTuple):
    """What a rule would have told in so many days, and of how many intervals that is known."""

    fired: int
    flaps: int
    longest: timedelta | None
    episodes: list[Episode]
    judged: int
    expected: int
    days: int

    @property
    def sentence(self) -> str:
        """The answer as people read it."""
        span = "day" if self.days == 1 else f"{self.days} days"
        told = [f"This rule {self.often} in the last {span}"]
        if self.fired or self.flaps:
            told.append(f"{self.flaps} flap{'' if self.flaps == 1 else 's'} suppressed")
        if self.longest is not None:
            told.append(f"longest {duration(self.longest)}")
        return f"{', '.join(told)}{self.of_what}."

    @property
    def often(self) -> str:
        """How often it would have fired."""
        if not self.fired:
            return "would not have fired"
        return "would have fired " + ("once" if self.fired == 1 else f"{self.fired:,} times")

    @property
    def of_what(self) -> str:
        """What is missing in the history, if anything."""
        if self.expected - self.judged <= NOT_YET_OUT:
            return ""
        return f"; {self.judged:,} of {self.expected:,} intervals are held"


def preview(
    rule: Rule, conditions: Sequence[Watching] = (), *, now: datetime, days: int = 90
) -> Preview:
    """What a rule, saved or not, would have told; `conditions` are those besides its own.

    Day-ahead hours count as far as they are published, also those to come.
    """
    start = now - timedelta(days=days)
    if rule.watched == AGE:
        return preview_of_age(rule, start, now, days)
    market = Market(rule.market)
    watchings = [rule, *conditions]
    ruling = rule.ruling._replace(conditions=tuple(one.condition for one in watchings))
    watches = [watching.watch for watching in watchings]
    series = held_prices.series(rule.node_id, market, watches, start, now)
    readings = list(all_readings(ruling, watches, series, start))
    state, transitions = judge(ruling, State(), readings)
    told = episodes(None, transitions)
    flaps = state.flaps + sum(one.flaps for one in transitions if not one.opens)
    expected = sum(1 for _ in intervals_between(start, now, market))
    last = readings[-1].end if readings else now
    return Preview(len(told), flaps, longest(told, last), told, len(readings), expected, days)


def all_readings(
    ruling: Ruling, watches: Sequence[Watch], series: Series, start: datetime
) -> Iterable[Reading]:
    """Every held interval from `start` on, as the rule sees it."""
    interval = series.market.interval
    for first in series.starts:
        if first >= start:
            stance = ruling.stance([series.value(watch, first) for watch in watches])
            yield Reading(first, first + interval, stance)


def preview_of_age(rule: Rule, start: datetime, now: datetime, days: int) -> Preview:
    """How often data were older than a limit: from when each interval was first seen."""
    market = Market(rule.market)
    seen = Price.objects.filter(
        node=rule.node_id, market=rule.market, first_seen_at__gte=start, first_seen_at__lt=now
    )
    arrivals = list(
        seen.order_by("first_seen_at", "interval_start").values_list(
            "first_seen_at", "interval_start"
        )
    )
    told = silences([*arrivals, (now, now)], timedelta(minutes=float(rule.limit)))
    expected = sum(1 for _ in intervals_between(start, now, market))
    return Preview(len(told), 0, longest(told, now), told, len(arrivals), expected, days)


def silences(arrivals: Iterable[tuple[datetime, datetime]], limit: timedelta) -> list[Episode]:
    """When the newest interval was older than `limit`: `arrivals` are when seen, and which."""
    found: list[Episode] = []
    newest: datetime | None = None
    for seen, interval in arrivals:
        if newest is not None and seen - newest > limit:
            found.append(Episode(newest + limit, seen))
        newest = interval if newest is None else max(newest, interval)
    return found


def longest(told: Sequence[Episode], last: datetime) -> timedelta | None:
    """The longest of the episodes; one that lasts has lasted until `last`."""
    return max(((one.cleared or last) - one.opened for one in told), default=None)


def duration(length: timedelta) -> str:
    """`3 h 10 min`, `2 d 4 h`, `45 min`."""
    minutes = round(length / MINUTE)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
