"""The frames of the live feed, as JSON text (design, section 8)."""

import json
from datetime import datetime, timedelta

from django.conf import settings

from dashboard.answers import current_answer, price_bodies
from prices.feed import Body, events_after
from prices.intervals import day_bounds, iso, operating_date
from prices.market import Market
from prices.models import Feed, FeedEvent, Node

PROTOCOL = 1
HEARTBEAT_SECONDS = 5
SHOWN = timedelta(hours=24)


def text(frame: Body) -> str:
    """A frame as it goes over the wire."""
    return json.dumps(frame, separators=(",", ":"), allow_nan=False)


def hello(feeds: dict[str, Feed], *, now: datetime) -> str:
    """The first frame: who speaks, and where the feeds stand. `feeds` by hub."""
    return text(
        {
            "type": "hello",
            "protocol": PROTOCOL,
            "server_time": iso(now),
            "heartbeat_s": HEARTBEAT_SECONDS,
            "feeds": {hub: {"epoch": feed.epoch, "head": feed.head} for hub, feed in feeds.items()},
            "source": settings.PRICE_SOURCE,
        }
    )


def snapshot(node: Node, feed: Feed, *, now: datetime) -> str:
    """All that a screen shows of a hub, as of `feed`'s head or a moment later.

    Prices that came after the head was read come again as events: a price replaces itself.
    """
    yesterday = operating_date(now - SHOWN)
    return text(
        {
            "type": "snapshot",
            "hub": node.hub,
            "epoch": feed.epoch,
            "seq": feed.head,
            "current": current_answer(node, now=now),
            "rt": price_bodies(node, Market.RTM, now - SHOWN),
            "da": price_bodies(node, Market.DAM, day_bounds(yesterday)[0]),
            "alerts": recent_alerts(node, now=now),
            "advice": None,
            "forecast": None,
        }
    )


def recent_alerts(node: Node, *, now: datetime) -> list[Body]:
    """The alert events of the last day, newest last."""
    events = FeedEvent.objects.filter(
        node=node, kind=FeedEvent.ALERT, created_at__gte=now - SHOWN
    ).order_by("seq")
    return [
        {"seq": seq, "kind": FeedEvent.ALERT, **body}
        for seq, body in events.values_list("seq", "body")
    ]


def events(node: Node, epoch: str, prev: int, seq: int) -> str:
    """Everything after `prev` up to `seq`, in one frame."""
    return text(
        {
            "type": "events",
            "hub": node.hub,
            "epoch": epoch,
            "prev": prev,
            "seq": seq,
            "events": events_after(node, prev, up_to=seq),
        }
    )


def heartbeat(heads: dict[str, int], source_age_s: float | None, *, now: datetime) -> str:
    """That the server lives, how far the feeds are, and how old the last answer of OASIS is."""
    return text(
        {
            "type": "heartbeat",
            "server_time": iso(now),
            "feeds": heads,
            "source_age_s": source_age_s,
        }
    )


def error(code: str, message: str) -> str:
    """What was wrong with a client's frame."""
    return text({"type": "error", "code": code, "message": message})


def pong(name: str | int) -> str:
    """The answer to a ping."""
    return text({"type": "pong", "id": name})
