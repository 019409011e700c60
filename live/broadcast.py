"""Announcing publications to every web process: group messages, which are only a hint.

A process that misses one reads the database at the next heartbeat.
"""

from typing import Any

import redis
import structlog

from live import frames, group
from live.cursor import BATCH
from live.group import Messages
from prices.feed import FeedRange, event_texts_after
from prices.models import Node
from telemetry import traces

log = structlog.get_logger(__name__)
MOST_BATCHES = 4


def announce(messages: Messages) -> None:
    """Send messages to the group, together, so that each reader is written to once for all.

    A failure is logged: it costs 5 seconds.
    """
    if not messages:
        return
    try:
        group.send(messages)
    except (redis.RedisError, OSError) as fault:
        slugs = sorted({message["slug"] for message in messages})
        log.warning("not announced", slugs=slugs, why=str(fault))


def messages_of(feed_range: FeedRange, node: Node) -> Messages:
    """The messages that announce a publication of a node, rendered once for all readers."""
    return [message(batch, node) for batch in batches(feed_range)]


def batches(feed_range: FeedRange) -> list[FeedRange]:
    """A publication in batches of one frame each; one of too many is left whole, and unrendered."""
    slug, epoch, prev, seq = feed_range
    starts = range(prev, seq, BATCH)
    if len(starts) > MOST_BATCHES:
        return [feed_range]
    return [FeedRange(slug, epoch, start, min(start + BATCH, seq)) for start in starts]


def message(feed_range: FeedRange, node: Node) -> dict[str, Any]:
    """The group message: which events they are, and the frame for the readers.

    Where traces are on it says within which span it was made; nobody needs that to read it.
    """
    text = rendered(feed_range, node)
    traced = {"trace": trace} if (trace := traces.current()) else {}
    return {"type": "publication", **feed_range._asdict(), "text": text, **traced}


def rendered(feed_range: FeedRange, node: Node) -> str | None:
    """The frame for the readers; None where it takes more than one: web processes read it then."""
    _, epoch, prev, seq = feed_range
    if seq - prev > BATCH:
        return None
    events = [event for _, event in event_texts_after(node, prev, up_to=seq)]
    return frames.events(node, epoch, prev, seq, events)
