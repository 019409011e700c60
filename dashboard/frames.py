"""The frames of the live feed, as JSON text (design, section 8)."""

import json
from datetime import datetime, timedelta

from django.conf import settings

from dashboard.answers import current_answer, price_bodies
from dashboard.following import Place
from prices.feed import Body
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


def snapshot(node: Node, head: Place, hours: int, *, now: datetime) -> str:
    """All that a screen shows of a hub, as of the feed's head or a moment later.

    Prices that came after the head was read come again as events: a price replaces itself.
    """
    start = now - timedelta(hours=hours)
    return text(
        {
            "type": "snapshot",
            "hub": node.hub,
            "epoch": head.epoch,
            "seq": head.seq,
            "current": current_answer(node, now=now),
            "rt": price_bodies(node, Market.RTM, start),
            "da": price_bodies(node, Market.DAM, day_bounds(operating_date(start))[0]),
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


def events(node: Node, epoch: str, prev: int, seq: int, told: list[str]) -> str:
    """Everything after `prev` up to `seq`, which is `told` as JSON texts, in one frame."""
    frame = text({"type": "events", "hub": node.hub, "epoch": epoch, "prev": prev, "seq": seq})
    return f'{frame.removesuffix("}")},"events":[{",".join(told)}]}}'


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


def bye(retry_ms: int) -> str:
    """The server is going away; come back after so long."""
    return text({"type": "bye", "retry_ms": retry_ms})


def error(code: str, message: str) -> str:
    """What was wrong with a client's frame."""
    return text({"type": "error", "code": code, "message": message})


def pong(name: str | int) -> str:
    """The answer to a ping."""
    return text({"type": "pong", "id": name})
