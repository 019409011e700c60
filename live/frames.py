"""The frames of the live feed as JSON text; docs/protocol.md describes them."""

import json
from datetime import datetime

from django.conf import settings

from live.answers import current_answer
from live.cursor import Cursor
from live.snapshot import snapshot_parts
from market.intervals import iso
from prices.feed import Body
from prices.models import Feed, Node
from prices.source_state import SourceState

PROTOCOL = 1
HEARTBEAT_SECONDS = 5


def text(frame: Body) -> str:
    """A frame as it goes over the wire."""
    return json.dumps(frame, separators=(",", ":"), allow_nan=False)


def hello(feeds: dict[str, Feed], *, now: datetime) -> str:
    """The first frame: the protocol, the source and the head of each feed. `feeds` is by hub."""
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


def snapshot(node: Node, head: Cursor, hours: int, *, now: datetime) -> str:
    """All that a screen shows of a hub, as of the feed's head or a moment later.

    A price stored after the head was read is sent again as an event, which does no harm.
    """
    return text(
        {
            "type": "snapshot",
            "hub": node.hub,
            "epoch": head.epoch,
            "seq": head.seq,
            "current": current_answer(node, now=now),
            **snapshot_parts(node, hours, up_to=head.seq, now=now),
            "forecast": None,
        }
    )


def events(node: Node, epoch: str, prev: int, seq: int, bodies: list[str]) -> str:
    """Everything after `prev` up to `seq`, in one frame; `bodies` are the events as JSON."""
    frame = text({"type": "events", "hub": node.hub, "epoch": epoch, "prev": prev, "seq": seq})
    return f'{frame.removesuffix("}")},"events":[{",".join(bodies)}]}}'


def heartbeat(heads: dict[str, int], source: SourceState, *, now: datetime) -> str:
    """The server is alive: the heads of the feeds, and the state of the source."""
    return text(
        {
            "type": "heartbeat",
            "server_time": iso(now),
            "feeds": heads,
            "source_age_s": source.age_s,
            "source_trouble": source.trouble,
            "source_answered": {market: iso(at) for market, at in source.answered.items()},
        }
    )


def bye(retry_ms: int) -> str:
    """The server is going away; come back after `retry_ms`."""
    return text({"type": "bye", "retry_ms": retry_ms})


def error(code: str, message: str) -> str:
    """What was wrong with a client's frame."""
    return text({"type": "error", "code": code, "message": message})


def pong(name: str | int) -> str:
    """The answer to a ping."""
    return text({"type": "pong", "id": name})
