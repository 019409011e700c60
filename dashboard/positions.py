"""Where the feeds stand, read from the database for the hub: it never asks Redis."""

from datetime import datetime
from typing import NamedTuple

from dashboard.following import PAGE, Place, missed
from dashboard.slugs import is_slug
from prices.feed import told_after
from prices.models import Feed, FetchRun, Node


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


def next_events(node: Node, place: Place | None, head: Place) -> tuple[Place, list[str]] | None:
    """The next page of events, as JSON texts, for a reader at `place`, and where it stands then.

    None where it needs a snapshot instead.
    """
    told: list[tuple[int, str]] = []
    if place and place.epoch == head.epoch and place.seq <= head.seq:
        told = told_after(node, place.seq, up_to=min(head.seq, place.seq + PAGE))
    until = missed(place, head, told[0][0] if told else None)
    return (until, [event for _, event in told]) if until else None
