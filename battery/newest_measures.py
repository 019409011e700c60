"""The measures of the last days' prices at a hub, from what is held."""

from datetime import datetime, timedelta

from battery.hub_measures import HubMeasures, hub_measures
from market.intervals import operating_date
from market.markets import Market
from prices.held_days import held_of, working
from prices.models import Node

A_DAY = timedelta(days=1)
MARKETS = (Market.DAM, Market.RTPD, Market.RTM)


def newest_measures(node: Node, count: int, *, now: datetime) -> HubMeasures:
    """Of the last `count` operating dates that are over. Three queries."""
    today = operating_date(now)
    days = [today - back * A_DAY for back in range(count, 0, -1)]
    with working:
        return hub_measures(days, *(held_of(node, market, days) for market in MARKETS))
