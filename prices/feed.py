"""The feed that every reader of a node follows: what its events say, and how to append them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast

from market.intervals import floor, iso
from market.markets import Market
from oasis.published import COMPONENTS, PublishedPrice, quality
from prices.batch import numbered
from prices.models import Feed, FeedEvent, Node

KEPT = timedelta(days=35)
# An interval older than this is history, not news: backfilling it makes no event.
NEWS = {Market.RTM: timedelta(days=7), Market.RTPD: timedelta(days=7), Market.DAM: timedelta(30)}

Body = dict[str, Any]


class FeedRange(NamedTuple):
    """What one transaction appended to a node's feed: events prev+1 to seq."""

    slug: str
    epoch: str
    prev: int
    seq: int


class Event(NamedTuple):
    """An event that has no seq yet."""

    kind: str
    body: Body


def is_news(price: PublishedPrice, *, now: datetime) -> bool:
    """Whether a new price is young enough for the feed."""
    return price.interval_start > now - NEWS[price.market]


def components(price: Any) -> Body:
    """The LMP and components, $/MWh, of anything that has them, as JSON numbers.

    None for a component that is not known.
    """
    return {"lmp": float(price.lmp)} | {
        name: None if (value := getattr(price, name)) is None else float(value)
        for name in COMPONENTS
    }


def price_body(
    price: Any, *, revision: int, first_seen_at: datetime, day_ahead: Mapping[datetime, Decimal]
) -> Body:
    """A price as the feed and the history show it: docs/protocol.md lists the fields.

    `day_ahead` gives day-ahead LMPs by the start of their hour: a real-time price is shown with
    the one of its hour.
    """
    body: Body = {
        "market": str(price.market),
        "interval_start": iso(price.interval_start),
        "interval_end": iso(price.interval_end),
        **components(price),
        "quality": quality(verified=price.verified, revision=revision),
        "revision": revision,
        "first_seen": iso(first_seen_at),
    }
    if price.market == Market.RTM:
        da_price = day_ahead.get(floor(price.interval_start, Market.DAM))
        body["da_price"] = None if da_price is None else float(da_price)
        body["spread"] = None if da_price is None else float(price.lmp - da_price)
    return body


def completed(body: Body) -> Body:
    """A price's body as an event shows it that says the components of a price held without them."""
    return body | {"completes": True}


def corrected(body: Body, old: Any, seen_at: datetime) -> Body:
    """A price's body as a correction shows it: with when it was seen, and the old values."""
    return body | {"seen": iso(seen_at), "old": components(old)}


def append(node: Node, events: Iterable[Event], *, now: datetime) -> FeedRange:
    """Append to the node's feed; call it in the transaction that stores what the events report.

    Updating the head locks the feed's row until the commit. So seqs have no holes and are in
    commit order, unlike the numbers of a database sequence.
    """
    new = list(events)
    feeds = Feed.objects.filter(node=node)
    with transaction.atomic():
        if not feeds.update(head=F("head") + len(new)):  # the node's first events
            Feed.objects.get_or_create(node=node)
            feeds.update(head=F("head") + len(new))
        feed = feeds.get()
        feed_range = ending_at(feed.head, node.slug, feed.epoch, new)
        FeedEvent.objects.bulk_create(
            [
                FeedEvent(node=node, seq=seq, kind=event.kind, body=event.body, created_at=now)
                for seq, event in numbered(feed_range.prev, new)
            ],
            batch_size=500,
        )
    return feed_range


def ending_at(head: int, slug: str, epoch: str, events: Sequence[Event]) -> FeedRange:
    """The range of events that moved a feed's head to `head`."""
    return FeedRange(slug, epoch, head - len(events), head)


def events_after(node: Node, seq: int, *, up_to: int | None = None) -> list[Body]:
    """Every event after `seq`, in order, each with its seq and kind."""
    events = FeedEvent.objects.filter(node=node, seq__gt=seq).order_by("seq")
    if up_to is not None:
        events = events.filter(seq__lte=up_to)
    return [
        {"seq": number, "kind": kind, **body}
        for number, kind, body in events.values_list("seq", "kind", "body")
    ]


def event_texts_after(node: Node, seq: int, *, up_to: int) -> list[tuple[int, str]]:
    """Like `events_after`, but each event as (seq, JSON text), without parsing it."""
    events = FeedEvent.objects.filter(node=node, seq__gt=seq, seq__lte=up_to).order_by("seq")
    bodies = events.annotate(text=Cast("body", TextField()))
    return [
        (number, f'{{"seq":{number},"kind":"{kind}",{text.removeprefix("{")}')
        for number, kind, text in bodies.values_list("seq", "kind", "text")
    ]
