"""A price as CAISO published it, before anything is stored."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prices.intervals import floor
from prices.market import Market

LARGEST = Decimal(10_000)
REASONS_KEPT = 50
# Components are rounded each by itself. Recorded answers stay within 0.00001, but one real
# price of 519.51556 is 0.00004 off its sum; rows that were mixed up miss by cents and dollars.
ROUNDING = Decimal("0.0001")


class PublishedPrice(NamedTuple):
    """One interval's LMP and its components at one node, $/MWh.

    ghg is None where the report has no greenhouse gas component.
    """

    node: str
    market: Market
    interval_start: datetime
    lmp: Decimal
    energy: Decimal
    congestion: Decimal
    loss: Decimal
    ghg: Decimal | None

    @property
    def interval_end(self) -> datetime:
        """When the next interval begins."""
        return self.interval_start + self.market.interval


class Rejection(NamedTuple):
    """A price, or a row, that was not believed: what it was about, and why."""

    subject: str
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


@dataclass
class Answer:
    """What one OASIS archive said: its prices, what was not believed, and how many rows it had.

    `rejected` counts them all; of the reasons only the first are kept.
    """

    prices: list[PublishedPrice] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    rejected: int = 0
    rows: int = 0
    made_at: datetime | None = None

    def reject(self, subject: str, reason: str) -> None:
        """Count one more that is not believed."""
        self.rejected += 1
        if len(self.rejections) < REASONS_KEPT:
            self.rejections.append(Rejection(subject, reason))


def doubt(price: PublishedPrice) -> str | None:
    """Why `price` cannot be believed, or None: its components' sum, or its size."""
    lmp, energy, congestion, loss, ghg = price[3:]
    total = energy + congestion + loss + (ghg or 0)
    # Written so that a value that is no number, which compares with nothing, is refused too.
    if not -ROUNDING <= lmp - total <= ROUNDING:
        return f"the components add up to {total}, not to the LMP {lmp}"
    least, most = -LARGEST, LARGEST
    if not (
        least <= lmp <= most
        and least <= energy <= most
        and least <= congestion <= most
        and least <= loss <= most
    ):
        return f"a price beyond ±{LARGEST:,} $/MWh"
    return None


def interval_doubt(market: Market, start: datetime, end: datetime) -> str | None:
    """Why an interval from `start` to `end` is none of `market`'s, or None."""
    if end - start != market.interval:
        minutes = (end - start) / timedelta(minutes=1)
        return f"an interval of {minutes:g} minutes in the {market} market"
    if floor(start, market) != start:
        return f"{market} has no interval that starts at {start.isoformat()}"
    return None
