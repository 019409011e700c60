"""What a node's feed has told since a rule last judged: intervals to be judged, or judged again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prices.intervals import floor, from_iso, intervals_between
from prices.market import Market
from prices.models import FeedEvent

HOUR = timedelta(hours=1)
KINDS = (FeedEvent.PRICE, FeedEvent.CORRECTION)


class Told(NamedTuple):
    """A price event: which interval, and for a correction what the LMP and components were."""

    seq: int
    market: Market
    start: datetime
    old: dict[str, Decimal | None] | None


class News(NamedTuple):
    """Intervals by their starts: those after the last judged, and those judged before.

    What changed comes with what it was before; an empty mapping: it was not there.
    """

    fresh: tuple[datetime, ...]
    changed: dict[datetime, dict[str, Decimal | None]]


def told(node_id: int, after: int, up_to: int) -> list[Told]:
    """The price events of a node's feed in (after, up_to]."""
    events = FeedEvent.objects.filter(
        node=node_id, kind__in=KINDS, seq__gt=after, seq__lte=up_to
    ).order_by("seq")
    # These alone, a few at a time: the bodies of two days would stay in the worker's memory.
    found = events.values_list("seq", "body__market", "body__interval_start", "body__old")
    return [
        Told(seq, Market(market), from_iso(start), old_of(old))
        for seq, market, start, old in found.iterator(200)
    ]


def old_of(old: dict[str, float | None] | None) -> dict[str, Decimal | None] | None:
    """What a correction replaced, $/MWh."""
    if old is None:
        return None
    return {name: None if v is None else Decimal(str(v)) for name, v in old.items()}


def news(
    events: Iterable[Told],
    market: Market,
    *,
    after: int,
    until: datetime | None,
    judges_from: datetime,
    spread: bool,
) -> News:
    """What of the events is news to a rule that stands at `after` and has judged to `until`.

    A rule that watches the spread hears of the day-ahead hours beside its intervals too.
    """
    fresh: set[datetime] = set()
    changed: dict[datetime, dict[str, Decimal | None]] = {}
    for event in events:
        if event.seq <= after:
            continue
        if event.market is market and event.start + market.interval > judges_from:
            if until is None or event.start > until:
                fresh.add(event.start)
            else:
                changed.setdefault(event.start, event.old or {})
        elif event.market is Market.DAM and spread and until is not None:
            for start in beside(event.start, market, judges_from, until):
                changed.setdefault(start, {"day_ahead": event.old["lmp"]} if event.old else {})
    return News(tuple(sorted(fresh)), changed)


def beside(
    hour: datetime, market: Market, judges_from: datetime, until: datetime
) -> list[datetime]:
    """The judged intervals whose spread a day-ahead hour changes."""
    first = floor(hour, Market.DAM)
    starts = intervals_between(first, first + HOUR, market)
    return [start for start in starts if start <= until and start + market.interval > judges_from]
