"""From where a rule is judged again, so that nothing from before is forgotten. Pure.

What a rule remembers (an open alert, an unbroken run, a cool-down) reaches back as far as prices
stay where they are: no fixed time is enough. It is known for certain after an interval that is
back, with nothing beyond the limit for a cool-down after it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from alerts.rules.rule import Ruling, Stance

# How far back is looked for such a place.
FURTHEST = timedelta(days=32)


def known_before(
    ruling: Ruling,
    starts: Sequence[datetime],
    stance: Callable[[datetime], Stance],
    target: datetime,
    interval: timedelta,
) -> datetime | None:
    """The last of the held intervals before `target` that leaves nothing to remember.

    None where there is none among them.
    """
    beyond = target
    for start in reversed(starts):
        found = stance(start)
        if found is Stance.BEYOND:
            beyond = start
        elif found is Stance.BACK and start + interval + ruling.cool_down <= beyond:
            return start
    return None


def is_closed_after(starts: Sequence[datetime], stance: Callable[[datetime], Stance]) -> bool:
    """Whether the last of the held intervals that says anything is back."""
    for start in reversed(starts):
        found = stance(start)
        if found in (Stance.BACK, Stance.BEYOND):
            return found is Stance.BACK
    return False
