"""Prices to store, made up but sound."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from market.markets import Market
from oasis.published import PublishedPrice
from prices.feed import FeedRange
from prices.history import Recorded, record

SP15 = "TH_SP15_GEN-APND"
NP15 = "TH_NP15_GEN-APND"


def published(
    start: datetime, lmp: str = "40.5", market: Market = Market.RTM, node: str = SP15
) -> PublishedPrice:
    """A price whose components add up to `lmp`."""
    total = Decimal(lmp)
    congestion, loss = Decimal("-1.25"), Decimal("0.75")
    energy = total - congestion - loss
    return PublishedPrice(node, market, start, total, energy, congestion, loss, Decimal(0))


def bare(
    start: datetime, lmp: str = "40.5", market: Market = Market.RTM, node: str = SP15
) -> PublishedPrice:
    """A price whose components are not known."""
    return PublishedPrice(node, market, start, Decimal(lmp), None, None, None, None)


def store(prices: Iterable[PublishedPrice], at: datetime, source: str = "oasis") -> Recorded:
    """Record prices seen at `at`, as a poll at that moment would."""
    return record(prices, seen_at=at, source=source, now=at)


def load(prices: Iterable[PublishedPrice], seen_at: datetime, *, now: datetime) -> Recorded:
    """Record prices of a file that was made at `seen_at`, and is loaded now."""
    return record(prices, seen_at=seen_at, source="file", now=now)


def span(feed_range: FeedRange) -> tuple[int, int]:
    """The sequence numbers a publication covers."""
    return feed_range.prev + 1, feed_range.seq
