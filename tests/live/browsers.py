"""Readers of the WebSocket in one process, and prices to publish to them."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.utils import timezone

from caisoproject.asgi import application
from live.broadcast import announce, messages_of
from market.intervals import floor
from market.markets import Market
from prices.feed import FeedRange
from prices.models import Node
from tests.published import published, store

FIVE = timedelta(minutes=5)


class Browser(WebsocketCommunicator):  # type: ignore[misc]
    """A client that reads frames by their type."""

    async def frame(self, kind: str) -> dict[str, Any]:
        """The next frame of that type; others are skipped."""
        return (await self.until(kind))[-1]

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Every frame up to the next of that type."""
        frames: list[dict[str, Any]] = []
        async with asyncio.timeout(5):  # heartbeats never end
            while not frames or frames[-1]["type"] != kind:
                frames.append(json.loads(await self.receive_from(timeout=5)))
        return frames

    async def events_through(self, seq: int) -> list[dict[str, Any]]:
        """Every frame up to the events that end with this seq: one publication is one frame."""
        frames = await self.until("events")
        while frames[-1]["seq"] < seq:
            frames += await self.until("events")
        return frames

    async def all_events(self) -> list[dict[str, Any]]:
        """Every events frame until two heartbeats from now: what was announced has come by then."""
        await self.send_to(text_data='{"type":"ping","id":"now"}')
        frames = [
            frame for kind in ("pong", "heartbeat", "heartbeat") for frame in await self.until(kind)
        ]
        return [frame for frame in frames if frame["type"] == "events"]

    async def greeted(self) -> dict[str, Any]:
        """The snapshot after the hello."""
        assert (await self.connect())[0]
        assert (await self.frame("hello"))["protocol"] == 1
        return await self.frame("snapshot")


def browser(hubs: str = "SP15", after: str = "", **headers: str) -> Browser:
    headers = headers or {"authorization": "Bearer of-the-tests"}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    query = f"hubs={hubs}" + (f"&after={after}" if after else "")
    return Browser(application, f"/ws?{query}", headers=encoded)


def cursor_of(frame: dict[str, Any], seq: int | None = None) -> str:
    """The cursor after a frame, or at another seq, as an address writes it."""
    return f"{frame['epoch']}:{frame['seq'] if seq is None else seq}"


def seqs(frames: list[dict[str, Any]]) -> list[int]:
    """The sequence numbers of all events in some frames, in the order they came."""
    return [
        event["seq"] for frame in frames if frame["type"] == "events" for event in frame["events"]
    ]


@sync_to_async
def publish(*prices: str, back: int = 0, node: str = "TH_SP15_GEN-APND") -> list[FeedRange]:
    """Store prices of the newest intervals, without announcing them."""
    now = timezone.now()
    start = floor(now, Market.RTM) - back * FIVE
    batch = [published(start - n * FIVE, price, node=node) for n, price in enumerate(prices)]
    return store(batch, now, source="simulator").feed_ranges


async def announce_all(feed_ranges: list[FeedRange]) -> None:
    for feed_range in feed_ranges:
        node = await Node.objects.aget(slug=feed_range.slug)
        await sync_to_async(announce)(await sync_to_async(messages_of)(feed_range, node))


async def soon(true: Callable[[], bool]) -> None:
    """Return once it is true."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0)
