"""Announcing a publication to every web process: one group message, a hint and no more.

Whoever misses it learns of it from the database at the next heartbeat.
"""

from typing import Any

import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from live import frames
from live.cursor import BATCH
from live.group import GROUP
from prices.feed import FeedRange, event_texts_after
from prices.models import Node

log = structlog.get_logger(__name__)
MOST_PAGES = 4


def announce(feed_range: FeedRange) -> None:
    """Send a publication to the hubs, rendered once. A failure is logged: it costs 5 seconds."""
    try:
        for batch in batches(feed_range):
            async_to_sync(get_channel_layer().group_send)(GROUP, message(batch))
    except (redis.RedisError, OSError) as fault:
        log.warning("not announced", slug=feed_range.slug, seq=feed_range.seq, why=str(fault))


def batches(feed_range: FeedRange) -> list[FeedRange]:
    """A publication as frames have room for it; one that takes many is for the hubs to read."""
    slug, epoch, prev, seq = feed_range
    starts = range(prev, seq, BATCH)
    if len(starts) > MOST_PAGES:
        return [feed_range]
    return [FeedRange(slug, epoch, start, min(start + BATCH, seq)) for start in starts]


def message(feed_range: FeedRange) -> dict[str, Any]:
    """What the hubs hear: where it follows, and the frame for their clients."""
    return {"type": "publication", **feed_range._asdict(), "text": rendered(feed_range)}


def rendered(feed_range: FeedRange) -> str | None:
    """The frame for the clients, or None where it takes more than one."""
    slug, epoch, prev, seq = feed_range
    if seq - prev > BATCH:
        return None
    node = Node.objects.get(slug=slug)
    told = [event for _, event in event_texts_after(node, prev, up_to=seq)]
    return frames.events(node, epoch, prev, seq, told)
