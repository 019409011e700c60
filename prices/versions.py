"""What a published price means beside the version that is held: nothing new, or a revision."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from prices.published import PublishedPrice


class Held(NamedTuple):
    """The version in the database."""

    lmp: Decimal
    energy: Decimal
    congestion: Decimal
    loss: Decimal
    ghg: Decimal | None
    revision: int
    first_seen_at: datetime
    seen_at: datetime
    source: str


class Verdict(Enum):
    """What to do with a published price."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CORRECTED = "corrected"
    OUTDATED = "outdated"


def verdict(held: Held | None, price: PublishedPrice, seen_at: datetime) -> Verdict:
    """How `price`, seen at `seen_at`, stands to what is held.

    An older observation never replaces a newer one. A report without the greenhouse gas
    component says nothing about it.
    """
    if held is None:
        return Verdict.NEW
    if held[:4] == price[3:7] and price.ghg in (held.ghg, None):
        return Verdict.UNCHANGED
    return Verdict.OUTDATED if seen_at < held.seen_at else Verdict.CORRECTED


def revised(held: Held, price: PublishedPrice, seen_at: datetime, source: str) -> Held:
    """The version that takes the place of `held` when `price` corrects it."""
    return held._replace(
        lmp=price.lmp,
        energy=price.energy,
        congestion=price.congestion,
        loss=price.loss,
        ghg=held.ghg if price.ghg is None else price.ghg,
        revision=held.revision + 1,
        seen_at=seen_at,
        source=source,
    )
