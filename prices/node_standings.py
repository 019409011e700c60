"""How whole the prices of nodes are: the newest held, whether it is late, and how many lack."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from market.markets import Market
from prices import readings
from prices.gap_ranges import expected
from prices.models import Gap, Node
from prices.schedule import late_from, published_until
from prices.standings import delay_learned

LATELY = timedelta(days=7)


class MarketStanding(NamedTuple):
    """One node in one market: the newest interval held, and how many of a week are missing."""

    newest: datetime | None
    is_late: bool
    missing: int


class MarketState(NamedTuple):
    """One market: its learned publication delay, and its nodes by id.

    `expected` is how many intervals of all nodes there should be of the last seven days, for each
    node from the first that is held.
    """

    market: Market
    delay: timedelta | None
    expected: int
    nodes: dict[int, MarketStanding]

    @property
    def missing(self) -> int:
        return sum(node.missing for node in self.nodes.values())


def market_state(market: Market, nodes: Sequence[Node], *, now: datetime) -> MarketState:
    """How a market stands at `nodes`: four queries."""
    tracked = Node.objects.tracked()
    newest = readings.newest_starts(market, tracked)
    oldest = readings.oldest_starts(market, tracked, now - LATELY)
    delay = delay_learned(market, nodes, newest)
    until = published_until(market, delay, now=now)
    counts = readings.counts([node.pk for node in nodes], market, now - LATELY, until)
    wanted = {pk: expected(start, until, market) for pk, start in oldest.items()}
    return MarketState(
        market,
        delay,
        sum(wanted.get(node.pk, 0) for node in nodes),
        {
            node.pk: MarketStanding(
                newest.get(node.pk),
                is_late(market, newest.get(node.pk), delay, now=now),
                max(wanted.get(node.pk, 0) - counts.get(node.pk, 0), 0),
            )
            for node in nodes
        },
    )


def is_late(
    market: Market, newest: datetime | None, delay: timedelta | None, *, now: datetime
) -> bool:
    """Whether the interval after the newest should be here by now; or none is here at all."""
    if newest is None:
        return True
    following = newest + market.interval
    if market is Market.DAM:
        return following < published_until(market, delay, now=now)
    return following <= now and now >= late_from(market, newest, delay)


class Ledger(NamedTuple):
    """Gaps that CAISO was asked for in vain: how many are asked for again, the oldest, given up."""

    open: int
    oldest: Gap | None
    given_up: int


def ledger(nodes: Sequence[Node]) -> Ledger:
    """Three queries."""
    rows = Gap.objects.filter(node__in=nodes)
    waiting = rows.filter(given_up_at=None)
    oldest = waiting.select_related("node").order_by("interval_start").first()
    return Ledger(waiting.count(), oldest, rows.exclude(given_up_at=None).count())
