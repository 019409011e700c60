"""Fan-out: each web process joins the group once, and writes every publication to its readers.

A reader served by Channels would cost a thread hop for each message; here it costs one write. The
fan-out keeps a cursor of its own in each feed. Publications that continue at the cursor are passed
on as they are; for anything else the database is read. A reader that has caught up stands at the
fan-out's cursor, but for what waits to be written to it: it gets the same bytes as all others who
have caught up in the same hubs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, aclosing
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import redis
import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseTrouble
from django.utils import timezone

from live import counted, frames, heads
from live.catch_up import CatchUp
from live.cursor import Cursor
from live.feed_request import HOURS
from live.group import Membership, Messages
from live.heart import Heart
from live.publications import sorted_out
from live.reader import Reader
from live.readers import Readers
from live.session_watch import SessionWatch
from live.single_flight import SharedRead
from live.wire import Frame
from prices.models import Feed
from telemetry import traces

log = structlog.get_logger(__name__)
AFTER_TROUBLE_SECONDS = 0.25


class UnknownHub(Exception):
    """A reader asks for a hub that is not tracked."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Fanout:
    """All readers of this process, and the cursor they share in each feed."""

    def __init__(self) -> None:
        self.readers = Readers(self.too_slow)
        self.cursors: dict[str, Cursor] = {}
        # Held while anything is passed on: nobody falls behind in between.
        self.lock = asyncio.Lock()
        self.sessions = SessionWatch(self.readers)
        self.heart = Heart(self.readers, self.lock, self.cursors, self.advance)
        self.batches = CatchUp()
        self.feeds = SharedRead()
        self.group = Membership()
        self.trace = ""  # of the last messages, where traces are on
        self.waiting = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self.passing: set[asyncio.Task[None]] = set()
        self.again: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Join the group and begin the heartbeat: at the first reader, and again after a crash."""
        running = {task.get_name() for task in self.tasks if not task.done()}
        for work in (self.listen, self.keep_pace, self.heart.beat, self.sessions.look_again):
            if work.__name__ not in running:
                task = asyncio.create_task(forever(work), name=work.__name__)
                task.add_done_callback(self.ended)
                self.tasks.add(task)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Forget a task that has ended. A crash is logged with its traceback, and started again."""
        self.tasks.discard(task)
        if not task.cancelled():
            log.error("the fan-out crashed", work=task.get_name(), exc_info=task.exception())
            self.again = asyncio.get_running_loop().call_later(AFTER_TROUBLE_SECONDS, self.start)

    async def stop(self) -> None:
        """Leave the group. Tasks are cancelled until they end: a thread hop may swallow it."""
        if self.again:
            self.again.cancel()
        pending, self.tasks = self.tasks, set()
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.1)

    async def join(self, reader: Reader) -> None:
        """Greet a reader, let it catch up with its feeds, and keep it up to date until it leaves.

        Raises UnknownHub for a slug that has no feed.
        """
        self.start()
        feeds = await self.feeds_of(reader)
        if not self.readers.closing:  # else it was said bye meanwhile
            hello = frames.hello({feed.node.hub: feed for feed in feeds}, now=timezone.now())
            await reader.wire.write(Frame("hello", hello))
        counted.reader_joined(reader)
        self.readers.enter(reader)
        for feed in feeds:
            await self.catch_up(reader, feed)

    async def feeds_of(self, reader: Reader) -> list[Feed]:
        """The feeds that a reader follows. Who resumes has the database read. Raises UnknownHub."""
        self.readers.joining.add(reader)
        try:
            return [
                (None if cursor else self.known_feed(slug)) or await self.feed_of(slug)
                for slug, cursor in reader.cursors.items()
            ]
        finally:
            self.readers.joining.discard(reader)

    def known_feed(self, slug: str) -> Feed | None:
        """A feed as the heart knows it, for a reader that begins at our cursor."""
        feed = self.heart.known_feed(slug)
        counted.read_from("head", hit=feed is not None)
        return feed

    async def resume(self, reader: Reader, cursors: dict[str, Cursor]) -> None:
        """Send a reader what came after these cursors. Raises UnknownHub."""
        for slug, cursor in cursors.items():
            await self.renewed(reader)
            await self.whole(self.fall_behind(reader, slug))
            if reader.renewal:  # just begun: it may have caught up there
                await self.renewed(reader)
                await self.whole(self.fall_behind(reader, slug))
            reader.cursors[slug] = cursor
            await self.catch_up(reader, await self.feed_of(slug))

    async def renewed(self, reader: Reader) -> None:
        """Wait until a reader that was too slow has been brought to the newest."""
        if reader.renewal:
            await asyncio.wait([reader.renewal])

    async def fall_behind(self, reader: Reader, slug: str) -> None:
        """A reader is behind in a hub, once it has got what is being passed on."""
        async with self.lock:
            await self.readers.write_all()
            self.readers.caught_up.remove(reader, slug)
            reader.due.discard(slug)

    def leave(self, reader: Reader) -> None:
        """Forget a reader whose connection is closed."""
        self.readers.leave(reader)

    async def feed_of(self, slug: str) -> Feed:
        """The feed as the database has it now. Raises UnknownHub."""
        read = partial(database_sync_to_async(heads.feed_of), slug)
        feed: Feed | None = await self.feeds.next(slug, read)
        if feed is None:
            raise UnknownHub(slug)
        return feed

    async def catch_up(self, reader: Reader, feed: Feed) -> None:
        """Send a reader what it missed, batch by batch as it takes them, up to our own cursor."""
        slug = feed.node.slug
        await self.whole(self.advance_alone(feed))
        while self.readers.expect(reader) and not self.let_stand(reader, slug):
            if reader.cursors[slug] == self.cursors[slug]:
                await self.whole(self.write_all_for(reader, slug))
            else:
                frame, reader.cursors[slug] = await self.next_batch(reader, feed)
                counted.frames_written([frame])
                if not await reader.write_and_drain(frame):
                    await self.readers.cut(reader)

    def let_stand(self, reader: Reader, slug: str) -> bool:
        """Let a reader stand at our cursor if it is there and nothing waits. Returns if it does."""
        caught_up = self.readers.caught_up
        if reader.cursors[slug] == self.cursors[slug] and not caught_up.is_waiting():
            caught_up.add(reader, slug)
        return slug in caught_up.hubs_of(reader)

    async def write_all_for(self, reader: Reader, slug: str) -> None:
        """Write what waits for anybody, so that a reader may stand at our cursor."""
        async with self.lock:
            await self.readers.write_all()
            if self.readers.expect(reader):
                self.let_stand(reader, slug)

    async def next_batch(self, reader: Reader, feed: Feed) -> tuple[Frame, Cursor]:
        """The next frame that a reader lacks on the way to our cursor, and its cursor after it."""
        slug, node = feed.node.slug, feed.node
        theirs, hours = reader.cursors[slug], reader.hours
        batch = self.batches.at_hand(node, theirs, self.cursors[slug], hours)
        counted.read_from("catch-up", hit=batch is not None)
        if batch:
            return batch
        async with self.batches.slot():  # our cursor is looked up inside: more share a batch
            return await self.batches.next(node, theirs, self.cursors[slug], hours)

    async def listen(self) -> None:
        """Pass on what comes to the group. What came before we joined is in the database."""
        async with aclosing(self.group.batches()) as batches:
            async for messages in batches:
                if messages:
                    await self.publish(messages)
                else:
                    await self.heart.read_heads()

    async def publish(self, messages: Messages) -> None:
        """Pass on publications that continue at our cursors; otherwise read the database.

        The cursors move even when no reader has caught up: those catching up follow them.
        """
        parent = next((message["trace"] for message in messages if "trace" in message), "")
        with traces.following(parent, "fan out", messages=len(messages)):
            self.trace = traces.current() if parent else ""
            await self.publish_whole(messages)

    async def publish_whole(self, messages: Messages) -> None:
        """The same, within a span if the messages came with one."""
        async with self.lock:
            found = sorted_out(messages, self.cursors)
            self.move(found.frames)
            # Reading may take long: what is at hand does not wait for it.
            with self.traced():
                await (self.readers.write_all() if found.unread else self.readers.write_some())
            for slug in found.unread:
                feed = await database_sync_to_async(heads.feed_of)(slug)
                if feed:  # else it is no longer tracked
                    await self.advance(feed)

    async def advance(self, feed: Feed) -> None:
        """Send a feed's readers everything up to its head, and move our cursor there.

        The cursor moves once the events are read: if the database fails, none is lost.
        """
        slug, head = feed.node.slug, Cursor(feed.epoch, feed.head)
        if slug not in self.readers.caught_up:
            known = self.cursors.setdefault(slug, head)
            self.cursors[slug] = head if known.is_behind(*head) else known
        while self.cursors[slug].is_behind(*head):
            await self.readers.write_all()  # before reading takes its time
            frame, _ = await self.batches.next(feed.node, self.cursors[slug], head, HOURS)
            await self.pass_on([frame])

    async def advance_alone(self, feed: Feed) -> None:
        """The same, while nothing else is passed on."""
        async with self.lock:
            await self.advance(feed)

    async def whole(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what concerns all readers to its end, even if the one who asked is cancelled."""
        task = asyncio.create_task(work)
        self.passing.add(task)
        task.add_done_callback(self.passing.discard)
        await asyncio.shield(task)

    def move(self, frames: list[Frame]) -> None:
        """Move our cursors past these frames, which wait for all who have caught up.

        Whom they are for is settled here: who catches up from now on does so to the new cursors.
        Whatever becomes of writing them, `keep_pace` sees to what is left.
        """
        self.readers.caught_up.give(frames, self.cursors, time.monotonic())
        self.cursors.update(frame.moved for frame in frames if frame.moved)
        self.waiting.set()

    async def pass_on(self, frames: list[Frame]) -> None:
        """Send frames that continue at our cursors to all who have caught up."""
        self.move(frames)
        await self.readers.write_all()

    async def keep_pace(self) -> None:
        """Write what must not wait any longer, where no publication came first."""
        while True:
            await self.waiting.wait()
            while (seconds := self.readers.due_in_s()) is not None:
                await asyncio.sleep(seconds)
                async with self.lock:
                    with self.traced():
                        await self.readers.write_due()
            self.waiting.clear()

    def traced(self) -> AbstractContextManager[Any]:
        """One span for what is written to all readers, in the trace of the last messages."""
        if not self.trace:
            return traces.NOTHING
        rows = self.readers.caught_up.waiting()
        waiting = sum(len(row.members) for row in rows)
        return traces.following(self.trace, "write to readers", readers=waiting)

    async def too_slow(self, reader: Reader) -> None:
        """Cut a reader, or if it asked for that, go on with the newest state once it takes it."""
        if not reader.latest:
            await self.readers.cut(reader)
            return
        counted.reader_skipped()
        reader.due |= self.readers.caught_up.hubs_of(reader)
        self.readers.caught_up.leave(reader)
        if reader.renewal is None:
            reader.renewal = asyncio.create_task(self.renew(reader))

    async def renew(self, reader: Reader) -> None:
        """Send a reader that was too slow a snapshot of each hub, once it has taken what waits."""
        try:
            while reader.due:
                if not await reader.drained():
                    await self.readers.cut(reader)
                    return
                slug = reader.due.pop()
                reader.cursors[slug] = None
                await self.catch_up(reader, await self.feed_of(slug))
        except (DatabaseTrouble, UnknownHub):
            await self.readers.cut(reader)
        finally:
            reader.renewal = None


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Run `work`, and run it again after any failure of the database or Redis."""
    while True:
        try:
            await work()
        except (redis.RedisError, DatabaseTrouble, OSError) as fault:
            log.warning("the fan-out was interrupted", work=work.__name__, why=str(fault))
            await asyncio.sleep(AFTER_TROUBLE_SECONDS)


FANOUTS: WeakKeyDictionary[asyncio.AbstractEventLoop, Fanout] = WeakKeyDictionary()


def fanout() -> Fanout:
    """This process's fan-out: one for each event loop, of which a web process has one."""
    loop = asyncio.get_running_loop()
    found = FANOUTS.get(loop)
    if found is None:
        found = FANOUTS[loop] = Fanout()
    return found
