"""Storing published prices: which are new, corrected or late, and what goes to the feed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from market.markets import Market
from oasis.published import PublishedPrice
from prices import feed, readings, unpublished
from prices.batch import Sorted, by_market, by_node, in_interval_order, sort
from prices.fault_points import fault_point
from prices.feed import Event, FeedRange
from prices.models import FeedEvent, Gap, Node, Price
from prices.revisions import complete, keep_late, revise
from prices.versions import (
    Held,
    Verdict,
    clock_limit,
    first_version,
    has_same_values,
    revised_ghg,
)

COLUMNS = ("node_id", "market", "interval_start", "interval_end", "recorded_at", *Held._fields)
INSERT = (
    f"INSERT INTO {Price._meta.db_table} ({', '.join(COLUMNS)}) "  # noqa: S608  # nosec B608
    f"VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)


@dataclass
class Recorded:
    """What came of a batch of prices, and what it added to the feeds."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    feed_ranges: list[FeedRange] = field(default_factory=list)

    def __getitem__(self, kind: Verdict) -> int:
        return self.counts[kind]

    def add(self, other: "Recorded") -> None:
        """Add what came of another batch."""
        self.counts += other.counts
        self.feed_ranges += other.feed_ranges


def record(
    prices: Iterable[PublishedPrice], *, seen_at: datetime, source: str, now: datetime
) -> Recorded:
    """Store prices of known nodes, with their revisions and feed events, in one transaction.

    They were seen at CAISO at `seen_at`, and are recorded `now`. Idempotent, and safe with other
    writers at work: the nodes' rows are locked first. Raises Node.DoesNotExist, and stores
    nothing, if any price belongs to an unknown node.
    """
    recorded = Recorded()
    # Each moment occurs once for every node, and again as the end of the interval before it.
    adapted = cache(connection.ops.adapt_datetimefield_value)
    batches = dict(by_node(prices))
    with transaction.atomic():
        nodes = locked(set(batches))
        recorded.feed_ranges += unpublished.publish(nodes.values(), now=now)
        for name, published in batches.items():
            held = partial(held_between, nodes[name])
            batch = sort(published, held, seen_at, clock_limit(seen_at, now=now))
            recorded.counts += batch.counts
            confirm(nodes[name], batch, seen_at)
            insert(nodes[name], batch.new, seen_at, source, adapted, now=now)
            revise(nodes[name], batch.corrected, seen_at, source, now=now)
            complete(nodes[name], batch.completed)
            keep_late(nodes[name], batch.late, seen_at, source, now=now)
            recorded.feed_ranges += publish(nodes[name], batch, seen_at, now)
    fault_point("prices committed")
    return recorded


def locked(names: set[str]) -> dict[str, Node]:
    """The nodes by OASIS name, always locked in the same order so that writers can't deadlock.

    The lock lets foreign keys to them be written: otherwise an alert's event, which holds the
    feed's lock, would wait for us while we wait for the feed.
    """
    nodes = Node.objects.select_for_update(no_key=True).filter(oasis_name__in=names).order_by("pk")
    found = {node.oasis_name: node for node in nodes}
    if missing := names - found.keys():
        raise Node.DoesNotExist(f"no such node: {', '.join(sorted(missing))}")
    return found


def confirm(node: Node, batch: Sorted, seen_at: datetime) -> None:
    """Record that the held versions were seen again at `seen_at`, unless they were seen later.

    This includes versions that a correction is about to replace.
    """
    for market, first, last in batch.confirmed:
        Price.objects.of(node, market).filter(
            LessThan(Coalesce("confirmed_at", "seen_at"), seen_at),
            interval_start__range=(first, last),
        ).update(confirmed_at=seen_at)


def held_between(
    node: Node, market: Market, first: datetime, last: datetime
) -> dict[datetime, Held]:
    """The versions held from `first` to `last`, both included."""
    rows = Price.objects.of(node, market).filter(interval_start__range=(first, last))
    return {row[0]: Held(*row[1:]) for row in rows.values_list("interval_start", *Held._fields)}


def insert(
    node: Node,
    prices: Sequence[PublishedPrice],
    seen_at: datetime,
    source: str,
    adapted: Callable[[datetime], Any],
    *,
    now: datetime,
) -> None:
    """Insert new prices with plain SQL: through the ORM a month of 5-minute prices takes seconds.

    `adapted` turns a moment into what the database driver takes.
    """
    if not prices:
        return
    seen, recorded = adapted(seen_at), adapted(now)
    rows = [
        (
            node.pk,
            price.market.value,
            adapted(price.interval_start),
            adapted(price.interval_end),
            recorded,
            *first_version(price, seen, source),
        )
        for price in prices
    ]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)
    for market, first, last in ranges(prices):
        close_gaps(node, market, first, last)


def close_gaps(node: Node, market: Market, first: datetime, last: datetime) -> None:
    """Remove the gaps from `first` to `last` whose prices are now held."""
    held = Price.objects.of(node, market).filter(interval_start__range=(first, last))
    Gap.objects.filter(
        node=node,
        market=market.value,
        interval_start__range=(first, last),
        interval_start__in=held.values("interval_start"),
    ).delete()


def ranges(prices: Sequence[PublishedPrice]) -> Iterator[tuple[Market, datetime, datetime]]:
    """First and last interval of each market in a sorted batch."""
    for market, run in by_market(prices):
        yield market, run[0].interval_start, run[-1].interval_start


def publish(node: Node, batch: Sorted, seen_at: datetime, now: datetime) -> list[FeedRange]:
    """Append the events of one node's batch to its feed, oldest interval first, if there are any.

    A node that is not tracked publishes nothing; its feed is marked instead.
    """
    ordered = news(batch, now=now)
    if ordered and not node.tracked:
        unpublished.mark(node, seen_at=seen_at)
    if not ordered or not node.tracked:
        return []
    beside = day_ahead(node, [price for price, _ in ordered])
    events = [event_of(price, held, seen_at, beside) for price, held in ordered]
    return [feed.append(node, events, now=now)]


def news(batch: Sorted, *, now: datetime) -> list[tuple[PublishedPrice, Held | None]]:
    """What goes to the feed: new prices, and corrected and completed ones with what was held."""
    new = [price for price in batch.new if feed.is_news(price, now=now)]
    changes = [c for c in batch.corrected if c[0].interval_start > now - feed.KEPT]
    changes += [c for c in batch.completed if feed.is_news(c[0], now=now)]
    return in_interval_order(new, changes)


def event_of(
    price: PublishedPrice, held: Held | None, seen_at: datetime, beside: dict[datetime, Decimal]
) -> Event:
    """The event for a new price, or for one that corrects or completes the version held."""
    if held is not None and has_same_values(held, price):
        return completion(price, held, beside)
    if held is not None:
        return correction(price, held, seen_at, beside)
    body = feed.price_body(price, revision=1, first_seen_at=seen_at, day_ahead=beside)
    return Event(FeedEvent.PRICE, body)


def completion(price: PublishedPrice, held: Held, beside: dict[datetime, Decimal]) -> Event:
    """The event for a price that was held without its components: no correction."""
    body = feed.price_body(
        price, revision=held.revision, first_seen_at=held.first_seen_at, day_ahead=beside
    )
    return Event(FeedEvent.PRICE, feed.completed(body))


def correction(
    price: PublishedPrice, held: Held, seen_at: datetime, beside: dict[datetime, Decimal]
) -> Event:
    """The event for a corrected price, with its old values."""
    body = feed.price_body(
        price._replace(ghg=revised_ghg(held, price)),
        revision=held.revision + 1,
        first_seen_at=held.first_seen_at,
        day_ahead=beside,
    )
    return Event(FeedEvent.CORRECTION, feed.corrected(body, held, seen_at))


def day_ahead(node: Node, prices: Sequence[Any]) -> dict[datetime, Decimal]:
    """The day-ahead LMPs of the hours that the real-time prices in `prices` fall in."""
    starts = [price.interval_start for price in prices if price.market == Market.RTM]
    if not starts:
        return {}
    return readings.day_ahead(node, min(starts), max(starts) + Market.RTM.interval)
