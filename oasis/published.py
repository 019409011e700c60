"""A price as CAISO published it, before anything is stored. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import frexp
from typing import NamedTuple

from market.intervals import floor
from market.markets import Market

LARGEST = Decimal(10_000)
LEAST = -LARGEST
REASONS_KEPT = 50
LONGEST_SUBJECT = 120
# CAISO keeps each of the five values as a float of 24 bits, and writes the shortest decimal that
# means it, of five places at most: half a step of the float each time, and half of the last place.
VALUES, BITS, HALF_A_PLACE = 5, 24, 0.000005
# What no five values of any size can miss by through rounding alone.
LEAST_ROUNDING = Decimal("0.000025")
MINUS_ROUNDING = -LEAST_ROUNDING
# Rows of other intervals or nodes miss by cents and dollars: of tiny prices a cent, of others 1 %.
MIXED_UP, MIXED_UP_LEAST = Decimal("0.01"), Decimal("0.01")
# What emitting costs: no unit in the West emits 2 tons a MWh, no allowance costs over $100 a ton.
LARGEST_GHG = Decimal(200)


class PublishedPrice(NamedTuple):
    """One interval's LMP and its components at one node, $/MWh.

    ghg is None where the report has no greenhouse gas component, and needs none to add up.
    verified is False where the components miss the LMP by more than rounding.
    """

    node: str
    market: Market
    interval_start: datetime
    lmp: Decimal
    energy: Decimal
    congestion: Decimal
    loss: Decimal
    ghg: Decimal | None
    verified: bool = True

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

    `rejected` counts them all; of the reasons only the first are kept. `passed_over` names the
    members that are no report. `nodes` are those whose prices were wanted, `names` all it had.
    """

    prices: list[PublishedPrice] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    rejected: int = 0
    rows: int = 0
    made_at: datetime | None = None
    nodes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    passed_over: list[str] = field(default_factory=list)

    def reject(self, subject: str, reason: str) -> None:
        """Count one more that is not believed."""
        self.rejected += 1
        if len(self.rejections) < REASONS_KEPT:
            self.rejections.append(Rejection(subject[:LONGEST_SUBJECT], reason))


def quality(*, verified: bool, revision: int) -> str:
    """How sure a published price is, in one word."""
    if not verified:
        return "unverified"
    return "observed" if revision == 1 else "corrected"


def believed(price: PublishedPrice) -> PublishedPrice | str:
    """`price` as it is to be stored, or why it cannot be believed: its sum, or its size.

    A greenhouse gas component that the report does not carry is what the others lack. A sum that
    misses by more than rounding leaves the price unverified; one that misses by much is refused.
    """
    _, _, _, lmp, energy, congestion, loss, ghg, _ = price
    # Written so that a value that is no number, which compares with nothing, is refused too.
    if not (
        LEAST <= lmp <= LARGEST
        and LEAST <= energy <= LARGEST
        and LEAST <= congestion <= LARGEST
        and LEAST <= loss <= LARGEST
    ):
        return f"a price beyond ±{LARGEST:,} $/MWh"
    total = energy + congestion + loss
    if ghg:
        total += ghg
    miss = lmp - total
    if MINUS_ROUNDING <= miss <= LEAST_ROUNDING:
        return price
    largest = max(map(abs, (lmp, energy, congestion, loss, ghg or Decimal(0))))
    if abs(miss) <= rounding(largest):
        return price
    if ghg is None and abs(miss) <= LARGEST_GHG:
        return price._replace(ghg=miss)
    if abs(miss) <= max(largest * MIXED_UP, MIXED_UP_LEAST):
        return price._replace(verified=False)
    return f"the components add up to {total}, not to the LMP {lmp}"


def rounding(largest: Decimal) -> Decimal:
    """How far five values can miss their sum by rounding, $/MWh; `largest` is the largest of them.

    A float32 between 2^(e-1) and 2^e goes in steps of 2^(e-24). Each value is up to half a step
    off as CAISO keeps it, and again as the shortest decimal that means it, or half of the fifth
    place: at $40 0.00004 in all, at $1,100 0.0006, at $2,100 0.0012.
    """
    step = 2.0 ** (frexp(float(largest))[1] - BITS)
    return Decimal(VALUES * (step + HALF_A_PLACE))


def interval_doubt(market: Market, start: datetime, end: datetime) -> str | None:
    """Why an interval from `start` to `end` is none of `market`'s, or None."""
    if end - start != market.interval:
        minutes = (end - start) / timedelta(minutes=1)
        return f"an interval of {minutes:g} minutes in the {market} market"
    if floor(start, market) != start:
        return f"{market} has no interval that starts at {start.isoformat()}"
    return None
