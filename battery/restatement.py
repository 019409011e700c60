"""A ledger after CAISO has corrected a price, published one late or withdrawn one. Pure.

What was decided stays as it was; what it earned follows the newest prices.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from battery.ledger import Excluded, Ledger, Line, Restatement, Totals
from battery.settlement import settled
from market.intervals import floor, operating_date, pacific
from market.markets import Market
from market.pacific_text import moments_of
from prices.daily_figures import Lmps

CENT = Decimal("0.01")
Seen = Mapping[datetime, datetime]
Priced = Line | Excluded


class Restated(NamedTuple):
    """The new ledger, the restatements that led to it, and the totals before and after.

    The differences and `rounding_usd` add up to the difference of the two nets: cents are carried
    from line to line, so a correction can move one to or from a line whose price it left alone.
    """

    ledger: Ledger
    restatements: tuple[Restatement, ...]
    old: Totals
    new: Totals
    rounding_usd: Decimal


def restated(
    ledger: Ledger,
    rt: Lmps,
    da: Lmps | None = None,
    *,
    now: datetime,
    seen_at: Seen | None = None,
    da_seen_at: Seen | None = None,
) -> Restated:
    """The ledger at all prices that are held now; a price that isn't among them was withdrawn.

    `seen_at` is when the price of an interval was first seen as it is now, `da_seen_at` the same
    for hours; where they don't say it is `now`.
    """
    old = in_order(ledger)
    settled_anew = settled(
        old, rt, da or {}, ledger.wear_usd_mwh, two_settlement=ledger.two_settlement
    )
    found = tuple(
        restatement(before, after, (*whys(before, after, seen_at or {}, da_seen_at or {}, now),))
        for before, after in zip(old, in_order(settled_anew), strict=True)
        if is_priced_anew(before, after)
    )
    totals, new_totals = ledger.totals, settled_anew.totals
    differences = sum((one.difference_usd for one in found), Decimal("0.00"))
    return Restated(
        replace(settled_anew, restatements=ledger.restatements + found),
        found,
        totals,
        new_totals,
        new_totals.net_usd - totals.net_usd - differences,
    )


def in_order(ledger: Ledger) -> list[Priced]:
    """Lines and excluded intervals together, oldest first."""
    return sorted((*ledger.lines, *ledger.excluded), key=attrgetter("interval_start"))


def is_priced_anew(before: Priced, after: Priced) -> bool:
    """Whether prices changed, and that of a line: what is excluded before and after earns none."""
    either = isinstance(before, Line) or isinstance(after, Line)
    return either and (before.rt_price, before.da_price) != (after.rt_price, after.da_price)


def restatement(before: Priced, after: Priced, reasons: Sequence[str]) -> Restatement:
    old, new = net_of(before), net_of(after)
    return Restatement(
        interval_start=before.interval_start,
        old_price=before.rt_price,
        new_price=after.rt_price,
        old_da_price=before.da_price,
        new_da_price=after.da_price,
        old_net_usd=old,
        new_net_usd=new,
        difference_usd=(new or Decimal("0.00")) - (old or Decimal("0.00")),
        why="; ".join(reasons),
    )


def net_of(one: Priced) -> Decimal | None:
    return one.net_usd if isinstance(one, Line) else None


def whys(
    before: Priced, after: Priced, seen_at: Seen, da_seen_at: Seen, now: datetime
) -> Iterator[str]:
    """Why the prices of an interval changed: the real-time one, the day-ahead one or both."""
    start = before.interval_start
    hour = floor(start, Market.DAM)
    if before.rt_price != after.rt_price:
        seen = seen_at.get(start, now)
        yield why("price", before.rt_price, after.rt_price, start, seen)
    if before.da_price != after.da_price:
        seen = da_seen_at.get(hour, now)
        yield why("day-ahead price", before.da_price, after.da_price, hour, seen)


def why(
    price: str, old: Decimal | None, new: Decimal | None, start: datetime, seen_at: datetime
) -> str:
    """`CAISO corrected the price of 08:10 from 61.20 to 58.74, seen 11:02`."""
    at, seen = clock(start), seen_text(seen_at, start)
    if old is None:
        assert new is not None, "a price that changed is one or was one"
        return f"The {price} of {at}, {dollars(new)}, came late, seen {seen}"
    if new is None:
        return f"The {price} of {at}, {dollars(old)}, was withdrawn, seen {seen}"
    return f"CAISO corrected the {price} of {at} from {dollars(old)} to {dollars(new)}, seen {seen}"


def seen_text(seen_at: datetime, start: datetime) -> str:
    """With the date if that is another one."""
    if operating_date(seen_at) == operating_date(start):
        return clock(seen_at)
    return f"{pacific(seen_at):%b %-d} {clock(seen_at)}"


def clock(moment: datetime) -> str:
    """`08:10`, and in the hour that comes twice in autumn `01:10 PDT`."""
    local = pacific(moment)
    twice = len(moments_of(local.replace(tzinfo=None, fold=0))) > 1
    return f"{local:%H:%M %Z}" if twice else f"{local:%H:%M}"


def dollars(price: Decimal) -> str:
    """`61.20`, `−4.00`, with more than two places if the price has them."""
    to_the_cent = price.quantize(CENT) + 0
    shown = to_the_cent if to_the_cent == price else price.normalize()
    return f"{shown:f}".replace("-", "−")
