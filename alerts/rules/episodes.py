"""What to announce after late or corrected prices, given what was announced before. Pure.

An episode runs from the interval that opened an alert to the one that cleared it. After a
correction the intervals are judged again, and the episodes found are compared with the alerts that
were announced: an episode that overlaps no alert is raised, an alert that overlaps no episode is
retracted.

An open alert covers the intervals up to the last one judged; what begins later is another alert.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.rules.rule import Transition

AN_INSTANT = timedelta(microseconds=1)


class Episode(NamedTuple):
    """Intervals by their starts: [opened, cleared), None while it lasts."""

    opened: datetime
    cleared: datetime | None

    def up_to(self, last: datetime) -> "Episode":
        """The part that was judged; `last` is the start of the last interval judged."""
        return self if self.cleared is not None else Episode(self.opened, last + AN_INSTANT)

    def overlaps(self, other: "Episode") -> bool:
        """Whether the two have an interval in common."""
        return before(self.opened, other.cleared) and before(other.opened, self.cleared)


class Announced(NamedTuple):
    """An alert that was announced and not retracted."""

    alert_id: int
    episode: Episode


class Amends(NamedTuple):
    """What to announce so that the alerts agree with the prices again.

    `clear` has alert ids, each with the interval that cleared it.
    """

    retract: list[int]
    clear: list[tuple[int, datetime]]
    raise_: list[Episode]


def before(moment: datetime, end: datetime | None) -> bool:
    """Whether a moment lies before an end; None never comes."""
    return end is None or moment < end


def episodes(carried: datetime | None, transitions: Iterable[Transition]) -> list[Episode]:
    """Transitions as episodes; `carried` is when an episode opened that began before them."""
    found: list[Episode] = []
    opened = carried
    for transition in transitions:
        if transition.opens:
            opened = transition.start
        elif opened is not None:
            found.append(Episode(opened, transition.start))
            opened = None
    return [*found, Episode(opened, None)] if opened is not None else found


def amends(announced: Sequence[Announced], right: Sequence[Episode], *, last: datetime) -> Amends:
    """The difference between the alerts that were announced and the episodes that are right.

    `last` is the start of the last interval that had been judged when they were announced.
    """
    retract: list[int] = []
    clear: list[tuple[int, datetime]] = []
    for alert in announced:
        judged = alert.episode.up_to(last)
        overlapping = [episode for episode in right if episode.overlaps(judged)]
        if not overlapping:
            retract.append(alert.alert_id)
        elif alert.episode.cleared is None and overlapping[-1].cleared is not None:
            clear.append((alert.alert_id, overlapping[-1].cleared))
    missing = [unannounced(episode, announced, last) for episode in right]
    return Amends(retract, clear, [episode for episode in missing if episode is not None])


def unannounced(episode: Episode, announced: Sequence[Announced], last: datetime) -> Episode | None:
    """The part of an episode that was never announced, None if there is none.

    If its alert cleared too early, that is from the interval that cleared it on.
    """
    overlapping = [
        alert.episode for alert in announced if alert.episode.up_to(last).overlaps(episode)
    ]
    if not overlapping:
        return episode
    ends = [one.cleared for one in overlapping if one.cleared is not None]
    if episode.cleared is None and len(ends) == len(overlapping):
        return Episode(max(ends), None)
    return None
