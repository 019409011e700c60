"""The prices that five columns of values make, and why some make none. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, repeat
from operator import add, sub
from typing import Any, NamedTuple

from market.markets import Market
from oasis.published import LEAST_ROUNDING, MINUS_ROUNDING, PublishedPrice, checked

# In the order of a price's fields. The last one may be missing in a whole report.
NAMES = ("LMP", "energy", "congestion", "loss", "greenhouse gas")
GHG = 4

Parts = tuple[dict[datetime, Decimal], ...]
Columns = Sequence[Sequence[Any]]


class Rejected(NamedTuple):
    """An interval without a price, and why."""

    start: datetime
    reason: str


Completed = PublishedPrice | Rejected


def completed(
    market: Market,
    node: str,
    parts: Parts,
    faults: Mapping[datetime, str],
    *,
    is_usual: bool,
) -> list[Completed]:
    """What becomes of each interval of a node; `is_usual`: no faults, and no value is too large."""
    columns = whole_columns(parts) if is_usual else None
    if columns:
        return checked_by_column(priced(market, node, list(parts[0]), columns), columns)
    starts = list(dict.fromkeys(chain(*parts, faults)))
    values = [list(map(part.get, starts)) for part in parts]
    prices = priced(market, node, starts, values)
    return [judged(price, faults.get(price.interval_start)) for price in prices]


def whole_columns(parts: Parts) -> Columns | None:
    """The values by column, in the order of the LMPs, or None if any is missing.

    Only of greenhouse gas there may be none at all. Nearly every report is so: then its sums are
    worked out by column, in C.
    """
    lmps, *others = parts
    if max(map(len, others)) > len(lmps):
        return None
    try:
        columns = [list(map(part.__getitem__, lmps)) for part in others if part]
    except KeyError:
        return None
    ghgs = [] if parts[GHG] else [[None] * len(lmps)]
    return [list(lmps.values()), *columns, *ghgs] if len(columns) + len(ghgs) == GHG else None


def priced(
    market: Market, node: str, starts: Sequence[datetime], columns: Columns
) -> Iterator[PublishedPrice]:
    """The prices that rows of values make, before anything is checked."""
    fields = zip(repeat(node), repeat(market), starts, *columns, repeat(True), strict=False)
    return map(PublishedPrice._make, fields)


def checked_by_column(prices: Iterator[PublishedPrice], columns: Columns) -> list[Completed]:
    """The prices of whole columns. Only those that miss their sum are looked at one by one."""
    lmps, energies, congestions, losses, ghgs = columns
    totals = map(add, map(add, energies, congestions), losses)
    if any(ghgs):
        totals = map(add, totals, ghgs)
    return [
        price if MINUS_ROUNDING <= miss <= LEAST_ROUNDING else judged(price, None)
        for price, miss in zip(prices, map(sub, lmps, totals), strict=True)
    ]


def judged(price: PublishedPrice, fault: str | None) -> Completed:
    """One price, any of whose values may be missing, or why it is rejected."""
    found = fault or missing_parts(price) or checked(price)
    return Rejected(price.interval_start, found) if isinstance(found, str) else found


def missing_parts(price: PublishedPrice) -> str | None:
    """Which of LMP, energy, congestion and loss are missing, as a reason, or None."""
    values = (price.lmp, price.energy, price.congestion, price.loss)
    missing = [name for name, value in zip(NAMES, values, strict=False) if value is None]
    return "no " + ", ".join(missing) if missing else None
