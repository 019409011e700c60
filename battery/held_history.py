"""The prices that are held of a node, as a `History`."""

from datetime import date, datetime

from battery.history import AHEAD, History, history
from market.intervals import day_bounds
from market.markets import Market
from prices import readings
from prices.models import Node


def read(
    node: Node, market: Market, first: date, last: date, *, as_of: datetime | None = None
) -> History:
    """From the midnight that `first` begins with to the one that `last` ends with."""
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    rt = readings.columns(node, market, start, end, "interval_start", "lmp", as_of=as_of)
    hourly = readings.columns(
        node, Market.DAM, start, end + AHEAD, "interval_start", "lmp", as_of=as_of
    )
    return history(market, start, end, rt, hourly)
