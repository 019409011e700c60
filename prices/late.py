"""Late observations: those that arrive after a newer one. Pure.

They never replace what is held, but show what CAISO's price was in the past: they are kept with
the superseded versions, unless those already have the same values.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from oasis.published import PublishedPrice
from prices.versions import Held, has_same_values


class Kept(NamedTuple):
    """A version in the database that is not held; `late` numbers late ones of one revision."""

    lmp: Decimal
    energy: Decimal | None
    congestion: Decimal | None
    loss: Decimal | None
    ghg: Decimal | None
    revision: int
    late: int
    seen_at: datetime
    superseded_at: datetime


def is_late(held: Held, seen_at: datetime) -> bool:
    """Whether what is held was seen, or seen again, after `seen_at`."""
    return seen_at < held.last_seen_at


def adds_to_history(
    price: PublishedPrice, held: Held, kept: Sequence[Kept], seen_at: datetime
) -> bool:
    """Whether `price`, seen at `seen_at`, differs from what the history has for that moment.

    Versions seen at exactly that moment count too: loading the same file twice adds nothing.
    """
    versions = [version_at(held, kept, seen_at), *(one for one in kept if one.seen_at == seen_at)]
    return not any(has_same_values(version, price) for version in versions)


def version_at(held: Held, kept: Sequence[Kept], moment: datetime) -> Held | Kept:
    """CAISO's price at a moment: the last version seen by then, else the first seen after it.

    A late version counts until the next was seen. One that a wrong clock wrote never counts.
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
    """Sort key: versions of one interval in the order they were seen."""
    return kept.seen_at, kept.revision, kept.late


def next_seen_at(held: Held, kept: Iterable[Kept], seen_at: datetime) -> datetime:
    """When the next version after a late observation was seen."""
    seen = [one.seen_at for one in kept if one.seen_at < one.superseded_at]
    seen += [held.seen_at, held.last_seen_at]
    return min(moment for moment in seen if moment > seen_at)


def next_number(held: Held, kept: Iterable[Kept]) -> int:
    """The number for one more late observation of the revision that is held."""
    return 1 + max((one.late for one in kept if one.revision == held.revision), default=0)
