"""What a published price means compared with the version that is held: nothing new, or a revision.

Pure.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, Protocol

from oasis.published import PublishedPrice, largest_of, rounding, unknown_components

# No observation takes longer than this to be stored.
LONGEST_UNDER_WAY = timedelta(minutes=2)
# A version seen further in the future than this was written by a clock that has since been set
# back. A smaller step passes soon: until then observations count as outdated.
CLOCK_STEP = timedelta(minutes=30)


class Held(NamedTuple):
    """The version in the database that the next observation is compared with."""

    lmp: Decimal
    energy: Decimal | None
    congestion: Decimal | None
    loss: Decimal | None
    ghg: Decimal | None
    verified: bool
    revision: int
    first_seen_at: datetime
    seen_at: datetime
    source: str
    confirmed_at: datetime | None = None

    @property
    def last_seen_at(self) -> datetime:
        """When this version was last seen at OASIS."""
        return self.confirmed_at or self.seen_at


class Verdict(Enum):
    """What to do with a published price."""

    NEW = "new"
    UNCHANGED = "unchanged"
    COMPLETED = "completed"
    CORRECTED = "corrected"
    OUTDATED = "outdated"


def clock_limit(seen_at: datetime, *, now: datetime) -> datetime | None:
    """The latest time at which a held version can have been seen, if the observation is fresh.

    A price fetched now is newer than any fetched before, whatever the clock said then. None for
    an old observation, as from a file: it may or may not be older than what a wrong clock wrote.
    """
    return now + CLOCK_STEP if seen_at >= now - LONGEST_UNDER_WAY else None


def verdict(
    held: Held | None, price: PublishedPrice, seen_at: datetime, limit: datetime | None = None
) -> Verdict:
    """What `price`, seen at `seen_at`, means for the version that is held.

    An observation never replaces a version that is newer or was seen again later. But a version
    last seen after `limit` was written by a wrong clock, and is replaced. Components that a version
    lacks are no change of it: it is completed, by an older observation too.
    """
    if held is None:
        return Verdict.NEW
    if has_same_values(held, price):
        return Verdict.COMPLETED if completes(held, price) else Verdict.UNCHANGED
    older = seen_at < held.last_seen_at and (limit is None or held.last_seen_at <= limit)
    return Verdict.OUTDATED if older else Verdict.CORRECTED


class Values(Protocol):
    """A version of a price, held or kept, that begins with the LMP and its four components."""

    @property
    def lmp(self) -> Decimal: ...
    @property
    def ghg(self) -> Decimal | None: ...
    def __getitem__(self, part: slice, /) -> tuple[Any, ...]: ...


def has_same_values(held: Values, price: PublishedPrice) -> bool:
    """Whether `price` has the values of a version, as far as both know them.

    No greenhouse gas component counts as 0, unless it is not known. One report carries that
    component, for another it is worked out: they may differ by rounding.
    """
    if held[:4] != price[3:7] and not agree(held[:4], price[3:7]):
        return False
    was, is_now = held.ghg or Decimal(0), price.ghg or Decimal(0)
    if was == is_now or abs(was - is_now) <= rounding(largest_of(held[:2])):
        return True
    return "ghg" in unknown_components(held[:5]) | unknown_components(price[3:8])


def agree(one: Iterable[Decimal | None], other: Iterable[Decimal | None]) -> bool:
    """Whether two versions have the same values where both know them."""
    pairs = zip(one, other, strict=True)
    return all(was == is_now for was, is_now in pairs if was is not None and is_now is not None)


def completes(held: Held, price: PublishedPrice) -> bool:
    """Whether `price`, which has the values of `held`, knows all that it knows, and more."""
    if None not in held[1:5]:
        return False
    return unknown_components(price[3:8]) < unknown_components(held[:5])


def first_version(price: PublishedPrice, seen_at: datetime, source: str) -> Held:
    """The first version of an interval's price."""
    return Held(*price[3:], 1, seen_at, seen_at, source)


def revised(held: Held, price: PublishedPrice, seen_at: datetime, source: str) -> Held:
    """The version that replaces `held` when `price` corrects it."""
    return held._replace(
        lmp=price.lmp,
        energy=price.energy,
        congestion=price.congestion,
        loss=price.loss,
        ghg=revised_ghg(held, price),
        verified=price.verified,
        revision=held.revision + 1,
        seen_at=seen_at,
        source=source,
        confirmed_at=None,
    )


def revised_ghg(held: Held, price: PublishedPrice) -> Decimal | None:
    """The greenhouse gas component after `price` corrects `held`.

    The old one would not add up with the new components: if the new price has none, it is 0.
    """
    if price.ghg is not None or held.ghg is None or unknown_components(price[3:8]):
        return price.ghg
    return Decimal(0)
