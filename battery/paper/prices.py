"""The newest prices that a day on paper is settled on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from market.intervals import day_bounds, day_intervals
from market.markets import Market
from prices import readings
from prices.daily_figures import Lmps
from prices.models import Feed, Node

A_DAY = timedelta(days=1)
Seen = dict[datetime, datetime]


@dataclass(frozen=True)
class DayPrices:
    """LMPs and when they were seen, by the starts of their intervals and hours.

    `seq` is how far the node's feed was before they were read; `yesterday` are the real-time LMPs
    of the day before.
    """

    seq: int
    starts: list[datetime]
    rt: Lmps
    da: Lmps
    rt_seen: Seen
    da_seen: Seen
    yesterday: Lmps


def day_prices(node: Node, market: Market, day: date) -> DayPrices:
    seq = Feed.objects.filter(node=node).values_list("head", flat=True).first() or 0
    rt, rt_seen = with_seen(node, market, day)
    da, da_seen = with_seen(node, Market.DAM, day)
    yesterday = readings.lmps(node, market, *day_bounds(day - A_DAY))
    return DayPrices(seq, day_intervals(day, market), rt, da, rt_seen, da_seen, yesterday)


def with_seen(node: Node, market: Market, day: date) -> tuple[dict[datetime, Decimal], Seen]:
    rows = list(
        readings.columns(node, market, *day_bounds(day), "interval_start", "lmp", "seen_at")
    )
    return {start: lmp for start, lmp, _ in rows}, {start: seen for start, _, seen in rows}
