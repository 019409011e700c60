"""What prices changed of a day's result, step by step from what it was to what it is. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from battery.ledger import Restatement
from battery.paper.words import shortened
from battery.restatement import Restated
from market.intervals import floor
from market.markets import Market


class Change(NamedTuple):
    """A price that changed, and what the day came to before and after it."""

    interval_start: datetime
    old_price: Decimal | None
    new_price: Decimal | None
    old_net_usd: Decimal
    new_net_usd: Decimal
    why: str


def changes(alone: Restated, both: Restated | None) -> list[Change]:
    """Of real-time prices, on the result of real time alone; then of day-ahead prices, by the hour,
    on that of the two-settlement.
    """
    return [*of_real_time(alone), *(of_day_ahead(both) if both else ())]


def of_real_time(found: Restated) -> Iterator[Change]:
    """The last one ends at the new result: cents that moved elsewhere are in it."""
    net = found.old.net_usd
    for nth, one in enumerate(found.restatements, 1):
        is_last = nth == len(found.restatements)
        after = found.new.net_usd if is_last else net + one.difference_usd
        why = shortened(one.why)
        yield Change(one.interval_start, one.old_price, one.new_price, net, after, why)
        net = after


def of_day_ahead(found: Restated) -> Iterator[Change]:
    """The last one ends at the new result, and the first begins where real time had led."""
    rows = [one for one in found.restatements if one.old_da_price != one.new_da_price]
    net = found.new.net_usd - total(rows)
    for hour, group in groupby(rows, hour_of):
        first, *others = group
        after = net + total([first, *others])
        why = shortened(first.why)
        yield Change(hour, first.old_da_price, first.new_da_price, net, after, why)
        net = after


def hour_of(one: Restatement) -> datetime:
    return floor(one.interval_start, Market.DAM)


def total(rows: Iterable[Restatement]) -> Decimal:
    return sum((one.difference_usd for one in rows), Decimal("0.00"))
