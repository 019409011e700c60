"""One reader of the feed: its connection, its hubs, and its cursor in each."""

import asyncio
from enum import Enum

from live.feed_request import FeedRequest
from live.wire import Frame, Wire

# Bytes that may wait for a slow reader. With more it is cut; it can reconnect and resume.
MOST_BACKLOG = 256 * 1024
PATIENCE_SECONDS = 30


class Way(Enum):
    """How frames reach a reader."""

    SOCKET = "socket"  # straight, as long as it takes them at once
    SERVER = "server"


class Reader:
    """A reader as the fan-out knows it."""

    def __init__(self, wire: Wire, feed_request: FeedRequest) -> None:
        self.wire = wire
        self.line = wire.line
        self.cursors = feed_request.cursors
        self.hours = feed_request.hours
        self.latest = feed_request.latest
        self.due: set[str] = set()  # hubs of which it is to get the newest state
        self.renewal: asyncio.Task[None] | None = None
        self.most_backlog = MOST_BACKLOG

    @property
    def way(self) -> Way:
        return Way.SOCKET if self.line.is_straight else Way.SERVER

    def is_slow(self) -> bool:
        """Whether its backlog is longer than it may be."""
        return self.wire.backlog > self.most_backlog

    async def write_and_drain(self, frame: Frame) -> bool:
        """Write a frame of any size, and return whether the reader took it within 30 s.

        What is written meanwhile may wait behind it, up to the usual backlog.
        """
        self.most_backlog = MOST_BACKLOG + len(frame.data)
        await self.wire.write(frame)
        drained = await self.drained()
        if drained:
            self.most_backlog = MOST_BACKLOG
        return drained

    async def drained(self) -> bool:
        """Whether the reader takes within 30 s what waits for it."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.wire.drained()
        except TimeoutError:
            return False
        return True
