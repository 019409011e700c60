"""What a reader missed, batch by batch: read from the database once for all who ask."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from channels.db import database_sync_to_async
from django.utils import timezone

from live import frames, heads
from live.cursor import Cursor
from live.single_flight import SingleFlight
from live.wire import Frame, Moved
from prices.models import Node

# Reading pauses for twice as long as it took, a second at most.
PAUSE, MOST_PAUSE_S = 2, 1


class SnapshotKey(NamedTuple):
    """Which snapshot it is."""

    slug: str
    hours: int
    head: Cursor


def is_another_of(other: object, key: SnapshotKey) -> bool:
    """Whether it is another snapshot of the same hub and length."""
    return isinstance(other, SnapshotKey) and other[:2] == key[:2] and other != key


class CatchUp:
    """The next frame for a reader at a cursor. The latest are kept for readers at the same one."""

    def __init__(self) -> None:
        self.shared = SingleFlight()
        self.reading = asyncio.Lock()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Of all readers that catch up, one reads at a time, with a pause after it.

        So the fan-out's own reading, which everybody waits for, waits for one batch at most, and
        long catch-ups leave processor time to others. The pause is bounded: if the database
        stalled once, the next reader does not wait for it again.
        """
        await self.reading.acquire()
        began = time.monotonic()
        try:
            yield
        finally:  # who has read goes on at once: with every pause the frame would be older
            pause = min(PAUSE * (time.monotonic() - began), MOST_PAUSE_S)
            asyncio.get_running_loop().call_later(pause, self.reading.release)

    async def next(
        self, node: Node, cursor: Cursor | None, head: Cursor, hours: int
    ) -> tuple[Frame, Cursor]:
        """The next frame for a reader at `cursor`, and its cursor after it.

        A batch of events, or a snapshot where events can't bring it up to date.
        """
        if cursor:
            read = database_sync_to_async(batch_after)
            if batch := await self.shared.once((node.slug, cursor, head), read, node, cursor, head):
                return batch  # type: ignore[no-any-return]
        return await self.snapshot(node, head, hours), head

    def at_hand(
        self, node: Node, cursor: Cursor | None, head: Cursor, hours: int
    ) -> tuple[Frame, Cursor] | None:
        """The same, if somebody has just asked for it; None if it has yet to be read."""
        batch = self.shared.kept((node.slug, cursor, head))
        if batch:
            return batch  # type: ignore[no-any-return]
        frame = self.shared.kept(SnapshotKey(node.slug, hours, head)) if cursor is None else None
        return (frame, head) if frame else None

    async def snapshot(self, node: Node, head: Cursor, hours: int) -> Frame:
        """A snapshot that is labelled with this head. Whoever has one never gets an older one."""
        key = SnapshotKey(node.slug, hours, head)
        self.shared.forget(lambda other: is_another_of(other, key))
        render = database_sync_to_async(snapshot)
        frame: Frame = await self.shared.once(key, render, node, head, hours)
        return frame


def batch_after(node: Node, cursor: Cursor | None, head: Cursor) -> tuple[Frame, Cursor] | None:
    """The next batch of events as a frame, and the cursor after it; None if it takes a snapshot."""
    found = heads.next_events(node, cursor, head)
    if found is None or cursor is None:
        return None
    until, events = found
    text = frames.events(node, until.epoch, cursor.seq, until.seq, events)
    return Frame("events", text, moved=Moved(node.slug, until)), until


def snapshot(node: Node, head: Cursor, hours: int) -> Frame:
    text = frames.snapshot(node, head, hours, now=timezone.now())
    frame = Frame("snapshot", text, moved=Moved(node.slug, head))
    frame.prepare()  # here, in a thread: compressing takes milliseconds
    return frame
