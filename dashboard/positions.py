"""Where the feeds stand, read from the database for the hub: it never asks Redis."""

from datetime import datetime
from typing import NamedTuple

from dashboard.slugs import is_slug
from prices.models import Feed, FeedEvent, FetchRun, Node


class Standing(NamedTuple):
    """The heads of all feeds by slug, and how long ago OASIS last answered, in seconds."""

    feeds: dict[str, Feed]
    source_age_s: float | None


def standing(*, now: datetime) -> Standing:
    """Every tracked node's feed, and the age of the source."""
    feeds = {
        feed.node.slug: feed
        for feed in Feed.objects.filter(node__tracked=True).select_related("node")
    }
    last = (
        FetchRun.objects.filter(outcome__in=FetchRun.ANSWERED)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    return Standing(feeds, None if last is None else round((now - last).total_seconds(), 1))


def feed_of(slug: str) -> Feed | None:
    """The feed of a tracked node, made at its first reader; None for a node that has none."""
    node = Node.objects.tracked().filter(slug=slug).first() if is_slug(slug) else None
    if node is None:
        return None
    feed = Feed.objects.filter(node=node).select_related("node").first()
    return feed or Feed.objects.get_or_create(node=node)[0]


def has_all_after(feed: Feed, seq: int) -> bool:
    """Whether the log still has every event after `seq`."""
    if seq >= feed.head:
        return seq == feed.head
    return FeedEvent.objects.filter(node=feed.node, seq=seq + 1).exists()
