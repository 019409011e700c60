"""One open connection, as the hub sees it."""

import asyncio

from live.feed_request import FeedRequest
from live.wire import Frame, Wire

# What may wait for a client that reads slowly; it is cut then, and resumes.
MOST_BACKLOG = 256 * 1024
PATIENCE_SECONDS = 30


class Reader:
    """The hubs a client follows, where it stands in each, and how to reach it."""

    def __init__(self, wire: Wire, feed_request: FeedRequest) -> None:
        self.wire = wire
        self.cursors = feed_request.cursors
        self.hours = feed_request.hours
        self.most_backlog = MOST_BACKLOG

    def is_slow(self) -> bool:
        """Whether more waits for it than may."""
        return self.wire.backlog > self.most_backlog

    async def takes(self, frame: Frame) -> bool:
        """Write a frame of any size, and say whether the client took it within our patience.

        Whatever else is written meanwhile has the usual room behind it.
        """
        self.most_backlog = MOST_BACKLOG + len(frame.data)
        await self.wire.write(frame)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.wire.drained()
        except TimeoutError:
            return False
        self.most_backlog = MOST_BACKLOG
        return True
