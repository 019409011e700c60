"""Heads and events of the feeds, and the state of the source, read for the fan-out.

All of it from the database: the fan-out never asks Redis.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from live.cursor import BATCH, Cursor, missed
from live.slugs import is_slug
from market.markets import Market
from prices import readings
from prices.feed import event_texts_after
from prices.models import Feed, FetchRun, Node
from prices.source_trouble import Failure, Record, trouble

WATCHED_SINCE = timezone.now()  # when this process started
NEVER: Mapping[str, datetime] = MappingProxyType({})


class Standing(NamedTuple):
    """All feeds by slug, and the state of the source, as they were at a moment."""

    feeds: dict[str, Feed]
    source: "SourceState"
    at: datetime

    def source_at(self, now: datetime) -> "SourceState":
        """The state of the source a few seconds later."""
        age, passed = self.source.age_s, (now - self.at) / timedelta(seconds=1)
        return self.source._replace(age_s=None if age is None else round(age + passed, 1))


class SourceState(NamedTuple):
    """Seconds since OASIS last answered, why it does not, and when it last did by market.

    A market for which it never answered a poll is missing in `answered`.
    """

    age_s: float | None
    trouble: str | None
    answered: Mapping[str, datetime] = NEVER


def standing(*, now: datetime) -> Standing:
    """Every tracked node's feed, and the state of the source."""
    feeds = {
        feed.node.slug: feed
        for feed in Feed.objects.filter(node__tracked=True).select_related("node")
    }
    return Standing(feeds, source_state(now=now), now)


def source_state(*, now: datetime) -> SourceState:
    """What is known of the source: six quick queries if it is well."""
    answered = (
        FetchRun.objects.filter(outcome__in=FetchRun.ANSWERED)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    age_s = None if answered is None else round((now - answered) / timedelta(seconds=1), 1)
    why = trouble(record_of(answered), settings.PRICE_SOURCE, now=now)
    return SourceState(age_s, why, answered_polls())


def answered_polls() -> dict[str, datetime]:
    """When the source last answered a poll, by market; a market that it never did is missing."""
    polls = FetchRun.objects.filter(purpose=FetchRun.POLL, outcome__in=FetchRun.ANSWERED)
    newest = {
        market: polls.filter(market=market)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
        for market in Market
    }
    return {market.value: at.replace(microsecond=0) for market, at in newest.items() if at}


def record_of(answered: datetime | None) -> Record:
    """What the source did since it last answered."""
    oldest, newest = failures(answered)
    return Record(
        answered_at=answered,
        failing_since=oldest.started_at if oldest else None,
        newest=newest,
        watched_since=WATCHED_SINCE,
        has_prices=readings.any_held(),
    )


def failures(answered: datetime | None) -> tuple[Failure | None, Failure | None]:
    """The first and the newest failed request since the source last answered."""
    runs = FetchRun.objects.exclude(outcome__in=FetchRun.ANSWERED)
    since = runs.filter(started_at__gt=answered) if answered else runs
    columns = since.values_list("started_at", "outcome", "status", "detail")
    oldest = columns.order_by("started_at").first()
    newest = columns.order_by("-started_at").first() if oldest else None
    return (Failure(*oldest) if oldest else None, Failure(*newest) if newest else None)


def feed_of(slug: str) -> Feed | None:
    """A tracked node's feed, created for its first reader; None if no such node is tracked."""
    node = Node.objects.tracked().filter(slug=slug).first() if is_slug(slug) else None
    if node is None:
        return None
    feed = Feed.objects.filter(node=node).select_related("node").first()
    return feed or Feed.objects.get_or_create(node=node)[0]


def next_events(node: Node, cursor: Cursor | None, head: Cursor) -> tuple[Cursor, list[str]] | None:
    """The next events for a reader at `cursor`, as JSON texts, and its cursor after them.

    None if the reader needs a snapshot instead.
    """
    events: list[tuple[int, str]] = []
    if cursor and cursor.epoch == head.epoch and cursor.seq <= head.seq:
        events = event_texts_after(node, cursor.seq, up_to=min(head.seq, cursor.seq + BATCH))
    until = missed(cursor, head, events[0][0] if events else None)
    return (until, [event for _, event in events]) if until else None
