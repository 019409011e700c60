"""Heads and events of the feeds, and the state of the source, read for the fan-out.

All of it from the database: the fan-out never asks Redis.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from live.cursor import BATCH, Cursor, missed
from live.slugs import is_slug
from prices.feed import event_texts_after
from prices.models import Feed, Node
from prices.source_state import SourceState, source_state


class Standing(NamedTuple):
    """All feeds by slug, and the state of the source, as they were at a moment."""

    feeds: dict[str, Feed]
    source: SourceState
    at: datetime

    def source_at(self, now: datetime) -> SourceState:
        """The state of the source a few seconds later."""
        age, passed = self.source.age_s, (now - self.at) / timedelta(seconds=1)
        return self.source._replace(age_s=None if age is None else round(age + passed, 1))


def standing(*, now: datetime) -> Standing:
    """Every tracked node's feed, and the state of the source."""
    feeds = {
        feed.node.slug: feed
        for feed in Feed.objects.filter(node__tracked=True).select_related("node")
    }
    return Standing(feeds, source_state(now=now), now)


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
