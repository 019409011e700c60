"""Prices that arrived while a node was not tracked, and are still news when it is tracked again.

While a node is not tracked, a price that its feed would have published marks the feed. Once the
node is tracked again, everything that the feed lacks is published in the transaction that removes
the mark: a process killed meanwhile leaves the mark and publishes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from market.intervals import from_iso
from market.markets import Market
from prices import feed, readings
from prices.feed import Event, FeedRange
from prices.models import Feed, FeedEvent, Node, Price, PriceRevision
from prices.troubles import Isolation

Interval = tuple[str, datetime]


def mark(nodes: Sequence[Node], *, seen_at: datetime) -> None:
    """Note that prices seen at `seen_at` were not published, as these nodes are not tracked.

    A node without a feed has no readers, and needs no mark.
    """
    later = Q(unpublished_since=None) | Q(unpublished_since__gt=seen_at)
    if nodes:
        Feed.objects.filter(later, node__in=nodes).update(unpublished_since=seen_at)


def publish_all(*, now: datetime) -> list[FeedRange]:
    """Publish what the feed lacks, for every node that is tracked again."""
    published: list[FeedRange] = []
    publishing = Isolation("publishing", now=now)
    for marked in Node.objects.tracked().filter(feed__unpublished_since__isnull=False):
        with publishing.each(marked.slug), transaction.atomic():
            locked = Node.objects.select_for_update(no_key=True).filter(pk=marked.pk)
            published += publish(locked, now=now)
    return published


def publish(nodes: Iterable[Node], *, now: datetime) -> list[FeedRange]:
    """Like `publish_all`, for these nodes. Their rows are locked: no price is stored meanwhile."""
    tracked = [node for node in nodes if node.tracked]
    marked = Feed.objects.filter(node__in=tracked, unpublished_since__isnull=False)
    published: list[FeedRange] = []
    for one in marked.select_related("node").order_by("pk"):
        events = missing_events(one.node, one.unpublished_since or now, now=now)
        Feed.objects.filter(pk=one.pk).update(unpublished_since=None)
        if events:
            published.append(feed.append(one.node, events, now=now))
    return published


def missing_events(node: Node, since: datetime, *, now: datetime) -> list[Event]:
    """Events the feed lacks for prices seen since `since`, oldest interval first."""
    held = Price.objects.filter(node=node, seen_at__gte=since)
    prices = list(held.filter(interval_start__gt=now - feed.KEPT).order_by("interval_start"))
    if not prices:
        return []
    last = last_published(node)
    beside = readings.day_ahead(node, prices[0].interval_start)
    events = (event_of(price, last.get(interval(price)), beside, now=now) for price in prices)
    return [event for event in events if event]


def last_published(node: Node) -> dict[Interval, int]:
    """The last revision that the feed has of each interval."""
    kinds = (FeedEvent.PRICE, FeedEvent.CORRECTION)
    events = FeedEvent.objects.filter(node=node, kind__in=kinds).order_by("seq")
    found = events.values_list("body__market", "body__interval_start", "body__revision")
    return {(market, from_iso(start)): revision for market, start, revision in found.iterator(200)}


def interval(price: Price) -> Interval:
    return price.market, price.interval_start


def event_of(
    price: Price, last: int | None, beside: dict[datetime, Decimal], *, now: datetime
) -> Event | None:
    """What to publish of a price, if anything. `last` is the last revision published, if any.

    For an old interval that was never published, only a correction is news.
    """
    is_news = price.interval_start > now - feed.NEWS[Market(price.market)]
    if last is None and not is_news:
        last = price.revision - 1
    if last == price.revision or last == 0:
        return None
    body = feed.price_body(
        price, revision=price.revision, first_seen_at=price.first_seen_at, day_ahead=beside
    )
    if last is None:
        return Event(FeedEvent.PRICE, body)
    return Event(FeedEvent.CORRECTION, feed.corrected(body, replaced(price, last), price.seen_at))


def replaced(price: Price, revision: int) -> PriceRevision:
    """The version of a price that was published last."""
    return PriceRevision.objects.get(
        node=price.node_id,
        market=price.market,
        interval_start=price.interval_start,
        revision=revision,
        late=0,
    )
