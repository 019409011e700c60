"""Announcing a publication to every web process: one group message, a hint and no more.

Whoever misses it learns of it from the database at the next heartbeat.
"""

import redis
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from dashboard import frames
from dashboard.following import PAGE
from dashboard.group import GROUP
from prices.feed import Publication, told_after
from prices.models import Node

log = structlog.get_logger(__name__)


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
    """The frame for the clients, or None where it takes more than one: the hubs then read."""
    slug, epoch, prev, seq = publication
    if seq - prev > PAGE:
        return None
    node = Node.objects.get(slug=slug)
    told = [event for _, event in told_after(node, prev, up_to=seq)]
    return frames.events(node, epoch, prev, seq, told)
