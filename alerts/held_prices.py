"""Reads a node's stored prices for judging."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts.rules.watched import COMPONENTS, SPREAD, Series, Watch
from market.markets import Market
from prices import readings


def series(
    node_id: int, market: Market, watches: Iterable[Watch], start: datetime, end: datetime
) -> Series:
    """The prices in [start, end), and before as far as the watches look back."""
    watched = set(watches)
    earliest = start - max((watch.looks_back for watch in watched), default=timedelta())
    names = [name for name in COMPONENTS[1:] if any(watch.watched == name for watch in watched)]
    # The hours of a day are compared with each other, also the later ones.
    until = end + timedelta(days=1)
    fields = ("interval_start", "lmp", *names)
    rows = list(readings.columns(node_id, market, earliest, until, *fields))
    components = {name: {row[0]: row[place] for row in rows} for place, name in enumerate(names, 2)}
    wants_spread = any(watch.watched == SPREAD for watch in watched)
    beside = readings.day_ahead(node_id, start, end) if wants_spread else {}
    return Series(market, {row[0]: row[1] for row in rows}, beside, components)
