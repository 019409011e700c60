"""Storing published prices: which are new, corrected or late, and what goes to the feed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from market.markets import Market
from oasis.published import PublishedPrice
from prices import counted, feed, readings, unpublished
from prices.adding import add_rows
from prices.batch import (
    News,
    Sorted,
    Window,
    by_market,
    by_node,
    by_window,
    in_interval_order,
    sort,
    window,
)
from prices.fault_points import fault_point
from prices.feed import Event, FeedRange
from prices.models import FeedEvent, Gap, Node, Price, PriceQuerySet
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
Compared = Sequence[tuple[Node, Sorted]]
HeldByMarket = defaultdict[Market, dict[datetime, Held]]


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
    recorded, counts = Recorded(), Counter[tuple[str, str]]()
    batches = dict(by_node(prices))
    with transaction.atomic():
        nodes = locked(set(batches))
        recorded.feed_ranges += unpublished.publish(nodes.values(), now=now)
        held = held_versions(nodes, batches)
        limit = clock_limit(seen_at, now=now)
        compared = [
            (nodes[name], sort(published, partial(held_between, held[name]), seen_at, limit))
            for name, published in batches.items()
        ]
        for _, batch in compared:
            counts.update(counted.by_verdict(batch))
        transaction.on_commit(lambda: counted.count(counts))
        store(compared, seen_at, source, now=now)
        recorded.feed_ranges += publish_all(compared, seen_at, now=now)
    for _, batch in compared:
        recorded.counts += batch.counts
    fault_point("prices committed")
    return recorded


def store(compared: Compared, seen_at: datetime, source: str, *, now: datetime) -> None:
    """Store what each node's batch brings: of all nodes at once what most batches consist of."""
    confirm(compared, seen_at)
    insert(compared, seen_at, source, now=now)
    for node, batch in compared:
        revise(node, batch.corrected, seen_at, source, now=now)
        complete(node, batch.completed)
        keep_late(node, batch.late, seen_at, source, now=now)


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


def held_versions(
    nodes: Mapping[str, Node], batches: Mapping[str, Sequence[PublishedPrice]]
) -> defaultdict[str, HeldByMarket]:
    """The versions held in each node's batch from its first interval to its last.

    Nodes whose batches cover the same intervals, as in a file of all nodes, take one query.
    """
    names = {node.pk: name for name, node in nodes.items()}
    found: defaultdict[str, HeldByMarket] = defaultdict(partial(defaultdict, dict))
    windows = windows_of((nodes[name], published) for name, published in batches.items())
    for (market, first, last), of in windows.items():
        rows = priced(market, first, last, of)
        for pk, start, *version in rows.values_list("node_id", "interval_start", *Held._fields):
            found[names[pk]][market][start] = Held(*version)
    return found


def held_between(
    held: HeldByMarket, market: Market, _first: datetime, _last: datetime
) -> dict[datetime, Held]:
    """A node's versions from the first interval of a batch to its last, which are all of `held`."""
    return held[market]


def windows_of(
    prices: Iterable[tuple[Node, Sequence[PublishedPrice]]],
) -> Mapping[Window, list[int]]:
    """The nodes whose prices, which are in order, go from one interval of a market to another."""
    return by_window(
        (node.pk, window(market, run)) for node, of in prices for market, run in by_market(of)
    )


def priced(market: Market, first: datetime, last: datetime, nodes: Sequence[int]) -> PriceQuerySet:
    """The prices of nodes from the interval that starts at `first` to that of `last`."""
    return Price.objects.filter(
        node__in=nodes, market=market.value, interval_start__range=(first, last)
    )


def confirm(compared: Compared, seen_at: datetime) -> None:
    """Record that the held versions were seen again at `seen_at`, unless they were seen later.

    This includes versions that a correction is about to replace.
    """
    stretches = ((node.pk, stretch) for node, batch in compared for stretch in batch.confirmed)
    for (market, first, last), nodes in by_window(stretches).items():
        priced(market, first, last, nodes).filter(
            LessThan(Coalesce("confirmed_at", "seen_at"), seen_at),
        ).update(confirmed_at=seen_at)


def insert(compared: Compared, seen_at: datetime, source: str, *, now: datetime) -> None:
    """Insert new prices with plain SQL: through the ORM a month of 5-minute prices takes seconds.

    Then remove the gaps that they fill.
    """
    # Each moment occurs once for every node, and again as the end of the interval before it.
    adapted: Callable[[datetime], Any] = cache(connection.ops.adapt_datetimefield_value)
    seen, recorded = adapted(seen_at), adapted(now)
    add_rows(
        Price,
        COLUMNS,
        [
            (
                node.pk,
                price.market.value,
                adapted(price.interval_start),
                adapted(price.interval_end),
                recorded,
                *first_version(price, seen, source),
            )
            for node, batch in compared
            for price in batch.new
        ],
    )
    windows = windows_of((node, batch.new) for node, batch in compared)
    for (market, first, last), nodes in windows.items():
        close_gaps(market, first, last, nodes)


def close_gaps(market: Market, first: datetime, last: datetime, nodes: Sequence[int]) -> None:
    """Remove the gaps of nodes from `first` to `last` whose prices are now held."""
    held = Price.objects.filter(
        node=OuterRef("node"), market=market.value, interval_start=OuterRef("interval_start")
    )
    Gap.objects.filter(
        Exists(held),
        node__in=nodes,
        market=market.value,
        interval_start__range=(first, last),
    ).delete()


def publish_all(compared: Compared, seen_at: datetime, *, now: datetime) -> list[FeedRange]:
    """Append each node's events to its feed, if there are any.

    A node that is not tracked publishes nothing; its feed is marked instead.
    """
    published: list[FeedRange] = []
    untracked = []
    for node, batch in compared:
        ordered = news(batch, now=now)
        if ordered and node.tracked:
            published.append(publish(node, ordered, seen_at, now))
        elif ordered:
            untracked.append(node)
    unpublished.mark(untracked, seen_at=seen_at)
    return published


def publish(node: Node, ordered: News, seen_at: datetime, now: datetime) -> FeedRange:
    """Append the events of one node's batch to its feed, oldest interval first."""
    beside = day_ahead(node, [price for price, _ in ordered])
    events = [event_of(price, held, seen_at, beside) for price, held in ordered]
    return feed.append(node, events, now=now)


def news(batch: Sorted, *, now: datetime) -> News:
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
