"""Which intervals the price events since a rule last judged add or change."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from alerts.rules.watched import COMPONENTS, SPREAD, Watch
from market.intervals import floor, from_iso, intervals_between
from market.markets import Market
from prices.models import FeedEvent

HOUR = timedelta(hours=1)
MISSING: dict[str, Decimal | None] = {"lmp": None}
WITHOUT_COMPONENTS: dict[str, Decimal | None] = dict.fromkeys(COMPONENTS[1:])
KINDS = (FeedEvent.PRICE, FeedEvent.CORRECTION)


class PriceEvent(NamedTuple):
    """A price or correction; `old` are the LMP and components that a correction replaced.

    `completes`: the price was held already, without its components.
    """

    seq: int
    market: Market
    start: datetime
    old: dict[str, Decimal | None] | None
    completes: bool = False

    @property
    def before(self) -> dict[str, Decimal | None]:
        """What was held of the interval before, where that was something else."""
        return WITHOUT_COMPONENTS if self.completes else self.old or MISSING


class NewIntervals(NamedTuple):
    """Intervals by their starts: `fresh` follow the last one judged, `changed` had been judged.

    A changed interval has its old values: None where there was no price. A name that is missing
    did not change. `touched` is the first judged interval whose value depends on a new price of
    another interval.
    """

    fresh: tuple[datetime, ...]
    changed: dict[datetime, dict[str, Decimal | None]]
    touched: datetime | None = None
    corrected: bool = False

    @property
    def judge_again_from(self) -> datetime | None:
        """The first judged interval whose value may have changed."""
        starts = [*self.changed, *([self.touched] if self.touched else [])]
        return min(starts, default=None)


def price_events(node_id: int, after: int, up_to: int) -> list[PriceEvent]:
    """The price events of a node's feed in (after, up_to]."""
    events = FeedEvent.objects.filter(
        node=node_id, kind__in=KINDS, seq__gt=after, seq__lte=up_to
    ).order_by("seq")
    # Only these fields, 200 rows at a time: the bodies of two days would stay in memory.
    names = ("market", "interval_start", "old", "completes")
    rows = events.values_list("seq", *(f"body__{name}" for name in names))
    return [
        PriceEvent(seq, Market(market), from_iso(start), old_values(old), bool(completes))
        for seq, market, start, old, completes in rows.iterator(200)
    ]


def old_values(old: dict[str, float | None] | None) -> dict[str, Decimal | None] | None:
    """The values that a correction replaced, in $/MWh."""
    if old is None:
        return None
    return {name: None if v is None else Decimal(str(v)) for name, v in old.items()}


def sort_out(
    events: Iterable[PriceEvent],
    market: Market,
    *,
    after: int,
    until: datetime | None,
    judges_from: datetime,
    watches: Collection[Watch],
) -> NewIntervals:
    """The intervals that are new to a rule whose cursor is `after` and that judged to `until`.

    `watches` are the rule's watches that look at more than the interval itself: a spread changes
    with a day-ahead hour too, and a late price can change the value of intervals judged before.
    """
    fresh: set[datetime] = set()
    changed: dict[datetime, dict[str, Decimal | None]] = {}
    touched: list[datetime] = []
    corrected = False
    watches_spread = any(watch.watched == SPREAD for watch in watches)
    begin = floor(judges_from, market)
    for event in events:
        if event.seq <= after:
            continue
        if event.market is market:
            lmps = [] if event.completes else watches
            others = first_touched(lmps, event.start, begin, until)
            touched += others
            if event.start < begin:
                corrected |= bool(others and event.old)
            elif until is None or event.start > until:
                fresh.add(event.start)
            else:
                changed[event.start] = event.before | changed.get(event.start, {})
                corrected |= bool(event.old)
        elif changes_spreads(event) and watches_spread and until is not None:
            old = {"day_ahead": event.old["lmp"] if event.old else None}
            for start in judged_within(event.start, market, begin, until):
                changed[start] = old | changed.get(start, {})
                corrected |= bool(event.old)
    return NewIntervals(tuple(sorted(fresh)), changed, min(touched, default=None), corrected)


def changes_spreads(event: PriceEvent) -> bool:
    """Whether real-time prices have another spread now."""
    return event.market is Market.DAM and not event.completes


def first_touched(
    watches: Iterable[Watch], start: datetime, begin: datetime, until: datetime | None
) -> list[datetime]:
    """For each watch, the first judged interval whose value depends on the price at `start`."""
    if until is None:
        return []
    spans = [watch.touched(start) for watch in watches if watch.reaches_others]
    return [max(first, begin) for first, end in spans if first <= until and end > begin]


def judged_within(
    hour: datetime, market: Market, begin: datetime, until: datetime
) -> list[datetime]:
    """The judged intervals in a day-ahead hour: its price changes their spread."""
    first = floor(hour, Market.DAM)
    starts = intervals_between(first, first + HOUR, market)
    return [start for start in starts if begin <= start <= until]
