"""Announcing a publication to every web process: one group message, a hint and no more.

Whoever misses it learns of it from the database at the next heartbeat.
"""

import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from dashboard import frames
from prices.feed import Publication
from prices.models import Node

log = structlog.get_logger(__name__)
GROUP = "feed"
# A frame with more events than this is larger than a snapshot: the hubs then send those.
MOST_EVENTS = 250


def announce(publication: Publication) -> None:
    """Send a publication to the hubs, rendered once. A failure is logged: it costs 5 seconds."""
    message = {
        "type": "publication",
        "slug": publication.slug,
        "epoch": publication.epoch,
        "prev": publication.prev,
        "seq": publication.seq,
        "text": rendered(publication),
    }
    try:
        async_to_sync(get_channel_layer().group_send)(GROUP, message)
    except (redis.RedisError, OSError) as fault:
        log.warning("not announced", slug=publication.slug, seq=publication.seq, why=str(fault))


def rendered(publication: Publication) -> str | None:
    """The frame for the clients, or None where a snapshot says it in less."""
    if publication.seq - publication.prev > MOST_EVENTS:
        return None
    node = Node.objects.get(slug=publication.slug)
    return frames.events(node, publication.epoch, publication.prev, publication.seq)
