"""What a node's feed has told since a rule last judged: intervals to be judged, or judged again."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from alerts.rules.watched import SPREAD, Watch
from market.intervals import floor, from_iso, intervals_between
from market.markets import Market
from prices.models import FeedEvent

HOUR = timedelta(hours=1)
MISSING: dict[str, Decimal | None] = {"lmp": None}
KINDS = (FeedEvent.PRICE, FeedEvent.CORRECTION)


class Told(NamedTuple):
    """A price event: which interval, and for a correction what the LMP and components were."""

    seq: int
    market: Market
    start: datetime
    old: dict[str, Decimal | None] | None


class NewIntervals(NamedTuple):
    """Intervals by their starts: those after the last judged, and those judged before.

    What changed comes with what it was before, None where it was not there; what is not named
    did not change. From `touched` on the news have a part in what was judged by other prices.
    """

    fresh: tuple[datetime, ...]
    changed: dict[datetime, dict[str, Decimal | None]]
    touched: datetime | None = None
    corrected: bool = False

    @property
    def again_from(self) -> datetime | None:
        """The first judged interval that may be another now."""
        starts = [*self.changed, *([self.touched] if self.touched else [])]
        return min(starts, default=None)


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
    watches: Collection[Watch],
) -> NewIntervals:
    """What of the events is news to a rule that stands at `after` and has judged to `until`.

    `watches` are those of its watches that see more than the interval: who watches the spread
    hears of the day-ahead hours too, and a price may be late for intervals that were judged.
    """
    fresh: set[datetime] = set()
    changed: dict[datetime, dict[str, Decimal | None]] = {}
    touched: list[datetime] = []
    corrected = False
    spread = any(watch.watched == SPREAD for watch in watches)
    begin = floor(judges_from, market)
    for event in events:
        if event.seq <= after:
            continue
        if event.market is market:
            reached = reach(watches, event.start, begin, until)
            touched += reached
            if event.start < begin:
                corrected |= bool(reached and event.old)
            elif until is None or event.start > until:
                fresh.add(event.start)
            else:
                changed[event.start] = (event.old or MISSING) | changed.get(event.start, {})
                corrected |= bool(event.old)
        elif event.market is Market.DAM and spread and until is not None:
            was = {"day_ahead": event.old["lmp"] if event.old else None}
            for start in beside(event.start, market, begin, until):
                changed[start] = was | changed.get(start, {})
                corrected |= bool(event.old)
    return NewIntervals(tuple(sorted(fresh)), changed, min(touched, default=None), corrected)


def reach(
    watches: Iterable[Watch], start: datetime, begin: datetime, until: datetime | None
) -> list[datetime]:
    """From where on a price has a part in what others of the judged intervals were judged by."""
    if until is None:
        return []
    spans = [watch.touched(start) for watch in watches if watch.reaches_others]
    return [max(first, begin) for first, end in spans if first <= until and end > begin]


def beside(hour: datetime, market: Market, begin: datetime, until: datetime) -> list[datetime]:
    """The judged intervals whose spread a day-ahead hour changes."""
    first = floor(hour, Market.DAM)
    starts = intervals_between(first, first + HOUR, market)
    return [start for start in starts if begin <= start <= until]
