"""What an observation adds that comes later than a newer one. Pure.

It never replaces what is held, but says what CAISO's price was in between: it is kept beside the
versions that were superseded, unless they say the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from oasis.published import PublishedPrice
from prices.versions import Held, says_the_same


class Kept(NamedTuple):
    """A version in the database that is not held; of several late ones `late` gives the order."""

    lmp: Decimal
    energy: Decimal
    congestion: Decimal
    loss: Decimal
    ghg: Decimal | None
    revision: int
    late: int
    seen_at: datetime
    superseded_at: datetime


def is_late(held: Held, seen_at: datetime) -> bool:
    """Whether something newer than an observation of `seen_at` is held, or was seen again."""
    return seen_at < held.last_said_at


def adds(price: PublishedPrice, held: Held, kept: Sequence[Kept], seen_at: datetime) -> bool:
    """Whether `price`, seen at `seen_at`, is something else than the history says of that moment.

    What was seen at that very moment is known, so that the same file adds nothing twice.
    """
    versions = [said_then(held, kept, seen_at), *(one for one in kept if one.seen_at == seen_at)]
    return not any(says_the_same(version, price) for version in versions)


def said_then(held: Held, kept: Sequence[Kept], moment: datetime) -> Held | Kept:
    """What CAISO said at a moment: what was seen last until then, or first of all after it.

    A late version counts until the next was seen. What a wrong clock wrote counts at no moment.
    """
    since = [one for one in kept if one.seen_at <= moment < one.superseded_at]
    if held.seen_at <= moment:
        newer = [one for one in since if one.seen_at > held.seen_at]
        return max(newer, key=in_order, default=held)
    if since:
        return max(since, key=in_order)
    after = [one for one in kept if moment < one.seen_at < one.superseded_at]
    first = min(after, key=in_order, default=held)
    return first if first.seen_at < held.seen_at else held


def in_order(kept: Kept) -> tuple[datetime, int, int]:
    """The place of a version among those of its interval, by when they were seen."""
    return kept.seen_at, kept.revision, kept.late


def said_until(held: Held, kept: Iterable[Kept], seen_at: datetime) -> datetime:
    """Until when a late observation was not contradicted: when the next was seen."""
    seen = [one.seen_at for one in kept if one.seen_at < one.superseded_at]
    seen += [held.seen_at, held.last_said_at]
    return min(moment for moment in seen if moment > seen_at)


def place(held: Held, kept: Iterable[Kept]) -> int:
    """The number of another late observation of the revision that is held."""
    return 1 + max((one.late for one in kept if one.revision == held.revision), default=0)
