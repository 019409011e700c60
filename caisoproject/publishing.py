"""Publishing what the feeds have gained: to readers who wait, then to the copy in Redis."""

from collections.abc import Iterable

import redis
from django.utils import timezone

from live.broadcast import announce, messages_of
from live.group import Messages
from prices.fault_points import fault_point
from prices.feed import FeedRange
from prices.models import Node
from prices.projection import project
from prices.troubles import Isolation
from telemetry import traces


def publish(feed_ranges: list[FeedRange]) -> None:
    """Announce new events to every web process, whose readers wait, and copy them to Redis."""
    if feed_ranges:
        with traces.span("publish", feeds=len(feed_ranges)):
            publish_whole(feed_ranges)


def publish_whole(feed_ranges: list[FeedRange]) -> None:
    """The same, within a span that the messages carry on to the web processes."""
    slugs = {feed_range.slug for feed_range in feed_ranges}
    nodes = {node.slug: node for node in Node.objects.filter(slug__in=slugs).order_by("pk")}
    publishing = Isolation("publishing", now=timezone.now())
    messages: Messages = []
    for feed_range in feed_ranges:
        with publishing.each(feed_range.slug):
            messages += messages_of(feed_range, nodes[feed_range.slug])
            fault_point("rendered")
    announce(messages)
    fault_point("announced")
    project_each(nodes.values())


def project_each(nodes: Iterable[Node]) -> None:
    """Bring Redis up to date, node by node. Stops if Redis is away: one timeout is enough."""
    projecting = Isolation("projecting", now=timezone.now())
    for node in nodes:
        with projecting.each(node.slug):
            project(node, now=timezone.now())
            fault_point("projected")
        if isinstance(projecting.fault, redis.ConnectionError | redis.TimeoutError):
            return
