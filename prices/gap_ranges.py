"""Gaps: intervals that should be held and are not. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from market.intervals import ceiling, intervals_between
from market.markets import Market

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=2)
GIVE_UP_ASKED = 10
# Asking once more for a day of rows that are held costs less than another turn.
JOINED = timedelta(days=1)


class Range(NamedTuple):
    """Adjoining intervals: [start, end)."""

    start: datetime
    end: datetime


def missing(
    held: Collection[datetime], start: datetime, end: datetime, market: Market
) -> list[datetime]:
    """The interval starts in [start, end) that are not among `held`, oldest first."""
    known = set(held)
    return [moment for moment in intervals_between(start, end, market) if moment not in known]


def ranges(starts: Iterable[datetime], market: Market) -> list[Range]:
    """Sorted interval starts as ranges of adjoining ones."""
    found: list[Range] = []
    for start in starts:
        end = start + market.interval
        if found and found[-1].end == start:
            found[-1] = Range(found[-1].start, end)
        else:
            found.append(Range(start, end))
    return found


def between(held: Iterable[Range], start: datetime, end: datetime, market: Market) -> list[Range]:
    """What of [start, end) lies in none of some ranges, which are sorted and adjoin nowhere.

    The same as the `ranges` of what is `missing`, without looking at each interval.
    """
    found, position, until = [], start, ceiling(end, market)
    for one in held:
        found.append(Range(position, min(one.start, until)))
        position = max(position, one.end)
    found.append(Range(position, until))
    return [gap for gap in found if gap.start < gap.end]


def expected(start: datetime, end: datetime, market: Market) -> int:
    """How many intervals begin in [start, end)."""
    span = ceiling(end, market) - ceiling(start, market)
    return max(span // market.interval, 0)


def first_joined(found: Sequence[Range], *, longest: timedelta) -> Range:
    """The first of some ranges, joined with those close behind it: what one request asks for."""
    start, end = found[0]
    for one in found[1:]:
        if one.start - end > JOINED or one.end - start > longest:
            break
        end = one.end
    return Range(start, end)


def by_state(
    starts: Iterable[datetime], state: Callable[[datetime], str], market: Market
) -> list[tuple[Range, str]]:
    """Sorted interval starts as ranges of adjoining ones that are in the same state."""
    found: list[tuple[Range, str]] = []
    for start in starts:
        end, current = start + market.interval, state(start)
        if found and found[-1][0].end == start and found[-1][1] == current:
            found[-1] = Range(found[-1][0].start, end), current
        else:
            found.append((Range(start, end), current))
    return found


def wait(asked: int) -> timedelta:
    """How long an interval rests after OASIS was asked for it `asked` times in vain."""
    return min(FIRST_WAIT * (1 << min(asked, 10)), LONGEST_WAIT)


def hopeless(asked: int, since: datetime, *, now: datetime) -> bool:
    """Whether an interval was asked for so often and so long that it is given up."""
    return asked >= GIVE_UP_ASKED and now - since >= GIVE_UP_AFTER
