"""Late and corrected intervals: what a rule should have told, beside what it told. Pure.

An episode is the stretch from the interval that opened an alert to the one that cleared it. After
a correction the intervals are judged again, and the episodes that come out are held against those
that were told: one that overlaps none is raised, one that is overlapped by none is retracted.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from alerts.rules import Transition


class Episode(NamedTuple):
    """Intervals by their starts: [opened, cleared), and None while it lasts."""

    opened: datetime
    cleared: datetime | None

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


def amends(told: Sequence[Told], right: Sequence[Episode]) -> Amends:
    """What makes up for the difference between what was told and what is right."""
    retract: list[int] = []
    clear: list[tuple[int, datetime]] = []
    for alert in told:
        rightly = [episode for episode in right if episode.overlaps(alert.episode)]
        if not rightly:
            retract.append(alert.alert_id)
        elif alert.episode.cleared is None and rightly[-1].cleared is not None:
            clear.append((alert.alert_id, rightly[-1].cleared))
    untold = [untold_of(episode, told) for episode in right]
    return Amends(retract, clear, [episode for episode in untold if episode is not None])


def untold_of(episode: Episode, told: Sequence[Told]) -> Episode | None:
    """What of an episode nobody was told, if anything.

    Where its alert was cleared too early, it goes on from the interval that had cleared it.
    """
    known = [alert.episode for alert in told if alert.episode.overlaps(episode)]
    if not known:
        return episode
    ends = [one.cleared for one in known if one.cleared is not None]
    if episode.cleared is None and len(ends) == len(known):
        return Episode(max(ends), None)
    return None
