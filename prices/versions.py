"""What a published price means beside the version that is held: nothing new, or a revision.

Pure.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, Protocol

from oasis.published import PublishedPrice, rounding

# No observation takes longer to be stored.
LONGEST_UNDER_WAY = timedelta(minutes=2)
# What was seen later than this from now was written by a clock that has been set back since. A
# smaller step is soon made up for: until then what comes is outdated, and counted.
CLOCK_STEP = timedelta(minutes=30)


class Held(NamedTuple):
    """The version in the database, with what the next observation is compared to."""

    lmp: Decimal
    energy: Decimal
    congestion: Decimal
    loss: Decimal
    ghg: Decimal | None
    verified: bool
    revision: int
    first_seen_at: datetime
    seen_at: datetime
    source: str
    confirmed_at: datetime | None = None

    @property
    def last_said_at(self) -> datetime:
        """When OASIS was last seen to say this."""
        return self.confirmed_at or self.seen_at


class Verdict(Enum):
    """What to do with a published price."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CORRECTED = "corrected"
    OUTDATED = "outdated"


def clock_limit(seen_at: datetime, *, now: datetime) -> datetime | None:
    """Until when a held version can have been seen, for an observation of this very moment.

    What is fetched now is newer than all that was fetched before, whatever the clock said then.
    None for an older one, a file's: it may be older than what a wrong clock wrote, or not.
    """
    return now + CLOCK_STEP if seen_at >= now - LONGEST_UNDER_WAY else None


def verdict(
    held: Held | None, price: PublishedPrice, seen_at: datetime, limit: datetime | None = None
) -> Verdict:
    """How `price`, seen at `seen_at`, stands to what is held.

    An observation never replaces one that is newer, nor one that was seen again since. What was
    seen after `limit` was written by a wrong clock, and gives way.
    """
    if held is None:
        return Verdict.NEW
    if says_the_same(held, price):
        return Verdict.UNCHANGED
    older = seen_at < held.last_said_at and (limit is None or held.last_said_at <= limit)
    return Verdict.OUTDATED if older else Verdict.CORRECTED


class Values(Protocol):
    """A version of a price, held or kept, which begins with the LMP, energy, congestion, loss."""

    @property
    def lmp(self) -> Decimal: ...
    @property
    def energy(self) -> Decimal: ...
    @property
    def ghg(self) -> Decimal | None: ...
    def __getitem__(self, part: slice, /) -> tuple[Any, ...]: ...


def says_the_same(held: Values, price: PublishedPrice) -> bool:
    """Whether `price` is what a version says; no greenhouse gas component is one of nothing.

    One report carries the component, for another it is worked out: these may differ by rounding.
    """
    if held[:4] != price[3:7]:
        return False
    was, is_now = held.ghg or Decimal(0), price.ghg or Decimal(0)
    return was == is_now or abs(was - is_now) <= rounding(max(abs(held.lmp), abs(held.energy)))


def first_version(price: PublishedPrice, seen_at: datetime, source: str) -> Held:
    """The version of an interval that nothing was held of."""
    return Held(*price[3:], 1, seen_at, seen_at, source)


def revised(held: Held, price: PublishedPrice, seen_at: datetime, source: str) -> Held:
    """The version that takes the place of `held` when `price` corrects it."""
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
    """The greenhouse gas component of the version that `price` makes of `held`.

    The old one would not add up with the new ones: where the new ones need none, it is 0.
    """
    return Decimal(0) if price.ghg is None and held.ghg is not None else price.ghg
