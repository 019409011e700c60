"""A past made up, stored."""

from collections.abc import Collection
from datetime import date, datetime

import numpy as np

from market.intervals import day_bounds
from market.markets import Market
from prices.models import Node
from tests.battery.past import past
from tests.published import published, store


def stored_past(node: Node, first: date, last: date, *, missing: Collection[datetime] = ()) -> None:
    """Prices of RTPD and of the day-ahead market."""
    history = past(first, last)
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    hours = int((end - start).total_seconds()) // 3600
    for market, lmps in ((Market.RTPD, history.rt), (Market.DAM, history.day_ahead[:hours])):
        prices = [
            published(start + nth * market.interval, f"{lmp:.5f}", market, node.oasis_name)
            for nth, lmp in enumerate(np.asarray(lmps).tolist())
        ]
        store([price for price in prices if price.interval_start not in missing], end, "file")
