"""Late and corrected intervals: what a rule should have told, beside what it told. Pure.

An episode is the stretch from the interval that opened an alert to the one that cleared it. After
a correction the intervals are judged again, and the episodes that come out are held against those
that were told: one that overlaps none is raised, one that is overlapped by none is retracted.

An alert that is open was told up to the last interval judged: what begins later is not of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.rules.rule import Transition

AN_INSTANT = timedelta(microseconds=1)


class Episode(NamedTuple):
    """Intervals by their starts: [opened, cleared), and None while it lasts."""

    opened: datetime
    cleared: datetime | None

    def up_to(self, last: datetime) -> "Episode":
        """As far as it is known; `last` is the start of the last interval judged."""
        return self if self.cleared is not None else Episode(self.opened, last + AN_INSTANT)

    def overlaps(self, other: "Episode") -> bool:
        """Whether the two have an interval in common."""
        return before(self.opened, other.cleared) and before(other.opened, self.cleared)


class Told(NamedTuple):
    """An alert that was told and not retracted."""

    alert_id: int
    episode: Episode


class Amends(NamedTuple):
    """What is to be told now, so that what was told is right."""

    retract: list[int]
    clear: list[tuple[int, datetime]]
    raise_: list[Episode]


def before(moment: datetime, end: datetime | None) -> bool:
    """Whether a moment lies before an end that may be open."""
    return end is None or moment < end


def episodes(carried: datetime | None, transitions: Iterable[Transition]) -> list[Episode]:
    """Transitions as episodes; `carried` opened before the first of them."""
    found: list[Episode] = []
    opened = carried
    for transition in transitions:
        if transition.opens:
            opened = transition.start
        elif opened is not None:
            found.append(Episode(opened, transition.start))
            opened = None
    return [*found, Episode(opened, None)] if opened is not None else found


def amends(told: Sequence[Told], right: Sequence[Episode], *, last: datetime) -> Amends:
    """What makes up for the difference between what was told and what is right.

    `last` is the start of the last interval that was judged when it was told.
    """
    retract: list[int] = []
    clear: list[tuple[int, datetime]] = []
    for alert in told:
        known = alert.episode.up_to(last)
        rightly = [episode for episode in right if episode.overlaps(known)]
        if not rightly:
            retract.append(alert.alert_id)
        elif alert.episode.cleared is None and rightly[-1].cleared is not None:
            clear.append((alert.alert_id, rightly[-1].cleared))
    untold = [untold_of(episode, told, last) for episode in right]
    return Amends(retract, clear, [episode for episode in untold if episode is not None])


def untold_of(episode: Episode, told: Sequence[Told], last: datetime) -> Episode | None:
    """What of an episode nobody was told, if anything.

    Where its alert was cleared too early, it goes on from the interval that had cleared it.
    """
    known = [alert.episode for alert in told if alert.episode.up_to(last).overlaps(episode)]
    if not known:
        return episode
    ends = [one.cleared for one in known if one.cleared is not None]
    if episode.cleared is None and len(ends) == len(known):
        return Episode(max(ends), None)
    return None
