"""What came while a node was not tracked, and is still news when it is tracked again.

A price that the feed would have told leaves a mark on the feed of a node that is not tracked.
Whoever first finds the mark on a tracked node tells all that the log lacks, in the transaction
that takes the mark away: a process that is killed leaves both.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from market.intervals import floor, from_iso
from market.markets import Market
from prices import feed
from prices.feed import Event, FeedRange
from prices.models import Feed, FeedEvent, Node, Price, PriceRevision
from prices.troubles import Apart

Interval = tuple[str, datetime]


def mark(node: Node, *, seen_at: datetime) -> None:
    """Something seen then is not told: `node` is not tracked. Nobody follows one without a feed."""
    later = Q(untold_since=None) | Q(untold_since__gt=seen_at)
    Feed.objects.filter(later, node=node).update(untold_since=seen_at)


def tell_untold(*, now: datetime) -> list[FeedRange]:
    """Tell what came meanwhile to every node that is tracked again."""
    told: list[FeedRange] = []
    publishing = Apart("publishing", now=now)
    for marked in Node.objects.tracked().filter(feed__untold_since__isnull=False):
        with publishing.each(marked.slug), transaction.atomic():
            told += tell(Node.objects.select_for_update(no_key=True).filter(pk=marked.pk), now=now)
    return told


def tell(nodes: Iterable[Node], *, now: datetime) -> list[FeedRange]:
    """The same of these nodes, whose rows are locked: nobody stores a price meanwhile."""
    tracked = [node for node in nodes if node.tracked]
    marked = Feed.objects.filter(node__in=tracked, untold_since__isnull=False)
    told: list[FeedRange] = []
    for one in marked.select_related("node").order_by("pk"):
        events = untold(one.node, one.untold_since or now, now=now)
        Feed.objects.filter(pk=one.pk).update(untold_since=None)
        if events:
            told.append(feed.append(one.node, events, now=now))
    return told


def untold(node: Node, since: datetime, *, now: datetime) -> list[Event]:
    """The events that the log lacks of prices seen since then, oldest interval first."""
    held = Price.objects.filter(node=node, seen_at__gte=since)
    prices = list(held.filter(interval_start__gt=now - feed.KEPT).order_by("interval_start"))
    if not prices:
        return []
    last = last_told(node)
    beside = day_ahead_from(node, prices[0].interval_start)
    events = (event_of(price, last.get(interval(price)), beside, now=now) for price in prices)
    return [event for event in events if event]


def last_told(node: Node) -> dict[Interval, int]:
    """The revision of each interval that the log told last."""
    kinds = (FeedEvent.PRICE, FeedEvent.CORRECTION)
    events = FeedEvent.objects.filter(node=node, kind__in=kinds).order_by("seq")
    found = events.values_list("body__market", "body__interval_start", "body__revision")
    return {(market, from_iso(start)): revision for market, start, revision in found.iterator(200)}


def interval(price: Price) -> Interval:
    """Which interval a price is of."""
    return price.market, price.interval_start


def day_ahead_from(node: Node, start: datetime) -> dict[datetime, Decimal]:
    """Day-ahead LMPs by the start of their hour, from the hour of `start` on."""
    hours = Price.objects.of(node, Market.DAM).filter(interval_start__gte=floor(start, Market.DAM))
    return dict(hours.values_list("interval_start", "lmp"))


def event_of(
    price: Price, last: int | None, beside: dict[datetime, Decimal], *, now: datetime
) -> Event | None:
    """What is to be told of a price whose revision `last` was told, or none of it.

    Of an interval that is history, and was never told, only a correction is news.
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
    """The version of a price that was told last."""
    return PriceRevision.objects.get(
        node=price.node_id,
        market=price.market,
        interval_start=price.interval_start,
        revision=revision,
    )
