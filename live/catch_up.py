"""What a reader of a feed missed, page by page: read from the database, once for all who ask."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from channels.db import database_sync_to_async
from django.utils import timezone

from live import frames, heads
from live.cursor import Cursor
from live.single_flight import SingleFlight
from live.wire import Frame
from prices.models import Node

REST, MOST_REST_S = 2, 1


class CatchUp:
    """The next frame for a reader at some place. The last ones are kept for who asks the same."""

    def __init__(self) -> None:
        self.shared = SingleFlight()
        self.taken = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of many who catch up reads at a time.

        The hub itself, whom everybody waits for, has one page at most before it; and reading
        rests for longer than it took, or those who ask for much would take all of the processor.
        Not for long: a database that stalled once is not paid for by everyone again.
        """
        async with self.taken:
            began = time.monotonic()
            yield
            await asyncio.sleep(min(REST * (time.monotonic() - began), MOST_REST_S))

    async def next(
        self, node: Node, cursor: Cursor | None, head: Cursor, hours: int
    ) -> tuple[Frame, Cursor]:
        """The next frame for a reader at `cursor`, and where it stands then.

        A page of events, or a snapshot where events can't tell.
        """
        batch = await self.shared.once(
            (node.slug, cursor, head), database_sync_to_async(batch_after), node, cursor, head
        )
        if batch:
            return batch  # type: ignore[no-any-return]
        return await self.snapshot(node, head, hours), head

    async def snapshot(self, node: Node, head: Cursor, hours: int) -> Frame:
        """A snapshot at the feed's head."""
        render = database_sync_to_async(snapshot)
        frame: Frame = await self.shared.once((node.slug, head, hours), render, node, head, hours)
        return frame


def batch_after(node: Node, cursor: Cursor | None, head: Cursor) -> tuple[Frame, Cursor] | None:
    """The next page of events as a frame, and where its reader then stands; None: a snapshot."""
    found = heads.next_events(node, cursor, head)
    if found is None or cursor is None:
        return None
    until, told = found
    return Frame("events", frames.events(node, until.epoch, cursor.seq, until.seq, told)), until


def snapshot(node: Node, head: Cursor, hours: int) -> Frame:
    """A snapshot as a frame."""
    return Frame("snapshot", frames.snapshot(node, head, hours, now=timezone.now()))
