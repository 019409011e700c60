"""Where to begin when a rule is judged again, so that its state there is known. Pure.

A rule's state (an open alert, an unbroken run, a cool-down) can depend on prices of any age, so no
fixed time is enough. It is certain after an interval that is back, if nothing is beyond the limit
for a cool-down after it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from alerts.rules.rule import Ruling, Stance

# How far back we look for such an interval.
FURTHEST = timedelta(days=32)


def known_before(
    ruling: Ruling,
    starts: Sequence[datetime],
    stance: Callable[[datetime], Stance],
    target: datetime,
    interval: timedelta,
) -> datetime | None:
    """The last of the intervals before `target` after which the state is certain, if any."""
    beyond = target
    for start in reversed(starts):
        found = stance(start)
        if found is Stance.BEYOND:
            beyond = start
        elif found is Stance.BACK and start + interval + ruling.cool_down <= beyond:
            return start
    return None


def is_closed_after(starts: Sequence[datetime], stance: Callable[[datetime], Stance]) -> bool:
    """Whether the last interval that is back or beyond the limit is back."""
    for start in reversed(starts):
        found = stance(start)
        if found in (Stance.BACK, Stance.BEYOND):
            return found is Stance.BACK
    return False
