"""Announcing a publication to every web process: one group message, a hint and no more.

Whoever misses it learns of it from the database at the next heartbeat.
"""

from typing import Any

import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from live import frames
from live.cursor import PAGE
from live.group import GROUP
from prices.feed import Publication, told_after
from prices.models import Node

log = structlog.get_logger(__name__)
MOST_PAGES = 4


def announce(publication: Publication) -> None:
    """Send a publication to the hubs, rendered once. A failure is logged: it costs 5 seconds."""
    try:
        for page in pages(publication):
            async_to_sync(get_channel_layer().group_send)(GROUP, message(page))
    except (redis.RedisError, OSError) as fault:
        log.warning("not announced", slug=publication.slug, seq=publication.seq, why=str(fault))


def pages(publication: Publication) -> list[Publication]:
    """A publication as frames have room for it; one that takes many is for the hubs to read."""
    slug, epoch, prev, seq = publication
    starts = range(prev, seq, PAGE)
    if len(starts) > MOST_PAGES:
        return [publication]
    return [Publication(slug, epoch, start, min(start + PAGE, seq)) for start in starts]


def message(publication: Publication) -> dict[str, Any]:
    """What the hubs hear: where it follows, and the frame for their clients."""
    return {"type": "publication", **publication._asdict(), "text": rendered(publication)}


def rendered(publication: Publication) -> str | None:
    """The frame for the clients, or None where it takes more than one."""
    slug, epoch, prev, seq = publication
    if seq - prev > PAGE:
        return None
    node = Node.objects.get(slug=slug)
    told = [event for _, event in told_after(node, prev, up_to=seq)]
    return frames.events(node, epoch, prev, seq, told)
