"""Reads a node's stored prices for judging."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.rules.watched import COMPONENTS, SPREAD, Series, Watch
from market.intervals import floor
from market.markets import Market
from prices.models import Price


def series(
    node_id: int, market: Market, watches: Iterable[Watch], start: datetime, end: datetime
) -> Series:
    """The prices in [start, end), and before as far as the watches look back."""
    watched = set(watches)
    earliest = start - max((watch.looks_back for watch in watched), default=timedelta())
    names = [name for name in COMPONENTS[1:] if any(watch.watched == name for watch in watched)]
    held = Price.objects.filter(
        node=node_id,
        market=market.value,
        interval_start__gte=earliest,
        # The hours of a day are compared with each other, also the later ones.
        interval_start__lt=end + timedelta(days=1),
    )
    rows = list(held.values_list("interval_start", "lmp", *names).iterator(5000))
    components = {name: {row[0]: row[place] for row in rows} for place, name in enumerate(names, 2)}
    wants_spread = any(watch.watched == SPREAD for watch in watched)
    beside = day_ahead(node_id, start, end) if wants_spread else {}
    return Series(market, {row[0]: row[1] for row in rows}, beside, components)


def day_ahead(node_id: int, start: datetime, end: datetime) -> dict[datetime, Decimal]:
    """Day-ahead LMPs by the start of their hour."""
    hours = Price.objects.filter(
        node=node_id,
        market=Market.DAM.value,
        interval_start__gte=floor(start, Market.DAM),
        interval_start__lt=end,
    )
    return dict(hours.values_list("interval_start", "lmp"))
