"""What came while a node was not tracked, and is still news when it is tracked again.

A price that the feed would have published leaves a mark on the feed of a node that is not tracked.
Whoever first finds the mark on a tracked node publishes all that the log lacks, in the transaction
that takes the mark away: a process that is killed leaves both.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from market.intervals import from_iso
from market.markets import Market
from prices import feed, readings
from prices.feed import Event, FeedRange
from prices.models import Feed, FeedEvent, Node, Price, PriceRevision
from prices.troubles import Apart

Interval = tuple[str, datetime]


def mark(node: Node, *, seen_at: datetime) -> None:
    """Note that what was seen then is not published, as `node` is not tracked.

    A node without a feed has no followers, and needs no mark.
    """
    later = Q(unpublished_since=None) | Q(unpublished_since__gt=seen_at)
    Feed.objects.filter(later, node=node).update(unpublished_since=seen_at)


def publish_all(*, now: datetime) -> list[FeedRange]:
    """Publish what came meanwhile, for every node that is tracked again."""
    published: list[FeedRange] = []
    publishing = Apart("publishing", now=now)
    for marked in Node.objects.tracked().filter(feed__unpublished_since__isnull=False):
        with publishing.each(marked.slug), transaction.atomic():
            locked = Node.objects.select_for_update(no_key=True).filter(pk=marked.pk)
            published += publish(locked, now=now)
    return published


def publish(nodes: Iterable[Node], *, now: datetime) -> list[FeedRange]:
    """The same for these nodes, whose rows are locked: nobody stores a price meanwhile."""
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
    """The events that the log lacks of prices seen since then, oldest interval first."""
    held = Price.objects.filter(node=node, seen_at__gte=since)
    prices = list(held.filter(interval_start__gt=now - feed.KEPT).order_by("interval_start"))
    if not prices:
        return []
    last = last_published(node)
    beside = readings.day_ahead(node, prices[0].interval_start)
    events = (event_of(price, last.get(interval(price)), beside, now=now) for price in prices)
    return [event for event in events if event]


def last_published(node: Node) -> dict[Interval, int]:
    """The last revision of each interval that the log has."""
    kinds = (FeedEvent.PRICE, FeedEvent.CORRECTION)
    events = FeedEvent.objects.filter(node=node, kind__in=kinds).order_by("seq")
    found = events.values_list("body__market", "body__interval_start", "body__revision")
    return {(market, from_iso(start)): revision for market, start, revision in found.iterator(200)}


def interval(price: Price) -> Interval:
    """Which interval a price is of."""
    return price.market, price.interval_start


def event_of(
    price: Price, last: int | None, beside: dict[datetime, Decimal], *, now: datetime
) -> Event | None:
    """What to publish of a price whose revision `last` was published, or none of it.

    Of an interval that is history, and was never published, only a correction is news.
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
