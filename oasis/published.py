"""A price as CAISO published it, before anything is stored. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import frexp
from typing import NamedTuple

from market.intervals import is_start
from market.markets import INTERVALS, Market

LARGEST = Decimal(10_000)
LEAST = -LARGEST
TOO_LARGE = f"a price beyond ±{LARGEST:,} $/MWh"
COMPONENTS = ("energy", "congestion", "loss", "ghg")
REASONS_KEPT = 50
LONGEST_SUBJECT = 120
# CAISO keeps each of the five values as a float with 24 bits of precision and writes the shortest
# decimal that means it, with up to five decimals. Each of the two steps rounds.
VALUES, BITS, HALF_A_PLACE = 5, 24, 0.000005
# Five values of any size can miss their sum by this much through rounding alone.
LEAST_ROUNDING = Decimal("0.000025")
MINUS_ROUNDING = -LEAST_ROUNDING
# Rows of other intervals or nodes miss by 1 % of the largest part or more, at tiny prices a cent.
MIXED_UP, MIXED_UP_LEAST = Decimal("0.01"), Decimal("0.01")
# No unit in the West emits 2 tons per MWh, and no allowance costs over $100 a ton.
LARGEST_GHG = Decimal(200)


class PublishedPrice(NamedTuple):
    """One interval's LMP and its components at one node, $/MWh.

    A component is None if it is not known: a report has them all, a plain file may lack any. ghg
    is None too if the report has no greenhouse gas component and adds up without one.
    verified is False if the components miss the LMP by more than rounding.
    """

    node: str
    market: Market
    interval_start: datetime
    lmp: Decimal
    energy: Decimal | None
    congestion: Decimal | None
    loss: Decimal | None
    ghg: Decimal | None
    verified: bool = True

    @property
    def interval_end(self) -> datetime:
        """The end of the interval, which the next one starts at."""
        return self.interval_start + self.market.interval


class Rejection(NamedTuple):
    """A price or a row that was rejected: what it was about, and why."""

    subject: str
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


@dataclass
class Answer:
    """What one OASIS archive has: its prices, what was rejected, and how many rows.

    `rejected` counts everything rejected; `rejections` has only the first of them. `passed_over`
    has a line for each member that is not a report. `nodes` are the nodes read, `names` those of
    all nodes in the archive.
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
        """Count one more rejection."""
        self.rejected += 1
        if len(self.rejections) < REASONS_KEPT:
            self.rejections.append(Rejection(subject[:LONGEST_SUBJECT], reason))


def quality(*, verified: bool, revision: int) -> str:
    """The quality of a published price: unverified, observed or corrected."""
    if not verified:
        return "unverified"
    return "observed" if revision == 1 else "corrected"


def checked(price: PublishedPrice) -> PublishedPrice | str:
    """`price` as it is to be stored, or why it is rejected: its sum, or its size.

    If the report has no greenhouse gas component, it is what the others lack. If the sum misses
    by more than rounding, the price is unverified; if by 1 % (a cent at least), it is rejected.
    """
    if not are_possible(price[3:7]):
        return TOO_LARGE
    lmp, ghg = price.lmp, price.ghg
    total = sum_of(price[4:8])
    if total is None:
        return price
    miss = lmp - total
    if MINUS_ROUNDING <= miss <= LEAST_ROUNDING:
        return price
    largest = largest_of(price[3:8])
    if abs(miss) <= rounding(largest):
        return price
    if ghg is None and abs(miss) <= LARGEST_GHG:
        return price._replace(ghg=miss)
    if abs(miss) <= max(largest * MIXED_UP, MIXED_UP_LEAST):
        return price._replace(verified=False)
    return f"the components add up to {total}, not to the LMP {lmp}"


def checked_as_given(price: PublishedPrice) -> PublishedPrice | str:
    """Like `checked`, for a price of which some components may not be given.

    Those stay unknown. What is given is believed unless no greenhouse gas component could make up
    for what the others lack.
    """
    if price.ghg is not None and None not in price[4:7]:
        return checked(price)
    if not are_possible(price[3:8]):
        return TOO_LARGE
    total = sum_of(price[4:8])
    if total is not None and abs(price.lmp - total) > LARGEST_GHG:
        return f"the components add up to {total}, not to the LMP {price.lmp}"
    return price


def are_possible(values: Iterable[Decimal | None]) -> bool:
    """Whether no value is too large.

    Written this way round, the test also refuses NaN, which compares as false with everything.
    """
    return all(value is None or LEAST <= value <= LARGEST for value in values)


def sum_of(components: Sequence[Decimal | None]) -> Decimal | None:
    """What energy, congestion, loss and greenhouse gas add up to.

    None if one of the first three is not known. Without greenhouse gas it is the sum of those.
    """
    energy, congestion, loss, ghg = components[:4]
    if energy is None or congestion is None or loss is None:
        return None
    total = energy + congestion + loss
    return total + ghg if ghg else total


def unknown_components(values: Sequence[Decimal | None]) -> frozenset[str]:
    """Which components are not known, of an LMP followed by its four components.

    A greenhouse gas component that is None is known if the others add up without it: there is none.
    """
    lmp, *components = values[:5]
    unknown = {name for name, one in zip(COMPONENTS, components, strict=True) if one is None}
    total = sum_of(components) if unknown else None
    if lmp is None or total is None or abs(lmp - total) > rounding(largest_of(values)):
        return frozenset(unknown)
    return frozenset()


def largest_of(values: Iterable[Decimal | None]) -> Decimal:
    """The largest of the values that are known, whatever its sign."""
    return max(abs(value) for value in values if value is not None)


def rounding(largest: Decimal) -> Decimal:
    """How far five values can miss their sum by rounding, $/MWh; `largest` is the largest of them.

    Between 2^(e-1) and 2^e a float32 has steps of 2^(e-24). Each value is up to half a step off
    as CAISO keeps it, and up to another half, or half of the fifth decimal, as it is written:
    0.00004 in all at $40, 0.0006 at $1,100, 0.0012 at $2,100.
    """
    step = 2.0 ** (frexp(float(largest))[1] - BITS)
    return Decimal(VALUES * (step + HALF_A_PLACE))


def interval_fault(market: Market, start: datetime, end: datetime) -> str | None:
    """Why `market` has no interval from `start` to `end`, both in UTC, or None."""
    length = INTERVALS[market]
    if end - start != length:
        minutes = (end - start) / timedelta(minutes=1)
        return f"an interval of {minutes:g} minutes in the {market} market"
    if not is_start(start, market):
        return f"{market} has no interval that starts at {start.isoformat()}"
    return None
