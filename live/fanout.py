"""Fan-out: each web process joins the group once, and writes every publication to its readers.

A reader served by Channels would cost a thread hop for each message; here it costs one write. The
fan-out keeps a cursor of its own in each feed. A publication that continues at the cursor is
passed on as it is; for anything else the database is read. A reader that has caught up has the
same cursor as the fan-out.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import redis
import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseTrouble
from django.utils import timezone

from live import frames, heads
from live.catch_up import CatchUp
from live.cursor import Cursor, Step
from live.feed_request import HOURS
from live.group import group_messages
from live.reader import Reader
from live.single_flight import SharedRead
from live.wire import Frame, Wire
from prices.models import Feed

log = structlog.get_logger(__name__)
AFTER_TROUBLE_SECONDS = 1
CLOSING_SECONDS = 3
RETRY_MS = (500, 5_000)
WRITES_AT_A_TIME = 50

GOING_AWAY = 1012
TOO_SLOW = 4408


class UnknownHub(Exception):
    """A reader asks for a hub that is not tracked."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Fanout:
    """All readers of this process, and the cursor they share in each feed."""

    def __init__(self) -> None:
        self.everyone: set[Reader] = set()
        self.readers: dict[str, set[Reader]] = defaultdict(set)  # who have caught up
        self.cursors: dict[str, Cursor] = {}
        self.batches = CatchUp()
        self.feeds = SharedRead()
        self.lock = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()
        self.gone: set[str] = set()  # hubs whose readers know that they are no longer tracked
        self.closing = False
        self.again: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Join the group and begin the heartbeat: at the first reader, and again after a crash."""
        running = {task.get_name() for task in self.tasks if not task.done()}
        for work in (self.listen, self.beat):
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
        feeds = [await self.feed_of(slug) for slug in reader.cursors]
        hello = frames.hello({feed.node.hub: feed for feed in feeds}, now=timezone.now())
        await reader.wire.write(Frame("hello", hello))
        self.everyone.add(reader)
        for feed in feeds:
            await self.catch_up(reader, feed)

    async def resume(self, reader: Reader, cursors: dict[str, Cursor]) -> None:
        """Send a reader what came after these cursors. Raises UnknownHub."""
        for slug, cursor in cursors.items():
            self.readers[slug].discard(reader)  # now, or it gets what is published meanwhile twice
            reader.cursors[slug] = cursor
            await self.catch_up(reader, await self.feed_of(slug))

    def leave(self, reader: Reader) -> None:
        """Forget a reader whose connection is closed."""
        self.everyone.discard(reader)
        for readers in self.readers.values():
            readers.discard(reader)

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
        async with self.lock:
            await self.advance(feed)
        while self.has(reader) and reader.cursors[slug] != self.cursors[slug]:
            async with self.batches.slot():  # our cursor is looked up inside: more share a batch
                frame, cursor = await self.batches.next(
                    feed.node, reader.cursors[slug], self.cursors[slug], reader.hours
                )
            reader.cursors[slug] = cursor
            if not await reader.write_and_drain(frame):
                await self.cut(reader)
        if self.has(reader):
            self.readers[slug].add(reader)

    def has(self, reader: Reader) -> bool:
        """Whether anything is still to be sent to a reader."""
        return reader in self.everyone and not self.closing

    async def listen(self) -> None:
        """Handle each message to the group."""
        async with aclosing(group_messages()) as messages:
            async for message in messages:
                await self.publish(message)

    async def publish(self, message: dict[str, Any]) -> None:
        """Pass a publication on if it continues at our cursor; otherwise read the database.

        The cursor moves even when no reader has caught up: those catching up follow it.
        """
        slug, epoch, seq = message["slug"], message["epoch"], message["seq"]
        async with self.lock:
            if slug not in self.cursors:
                return
            step = self.cursors[slug].step(epoch, message["prev"], seq)
            if step is Step.NEXT and message["text"]:
                await self.pass_on(slug, Frame("events", message["text"]), Cursor(epoch, seq))
            elif step is not Step.SEEN:
                with suppress(UnknownHub):  # it is no longer tracked
                    await self.advance(await self.feed_of(slug))

    async def advance(self, feed: Feed) -> None:
        """Send a feed's readers everything up to its head, and move our cursor there.

        The cursor moves once the events are read: if the database fails, none is lost.
        """
        slug, head = feed.node.slug, Cursor(feed.epoch, feed.head)
        if not self.readers[slug]:
            known = self.cursors.setdefault(slug, head)
            self.cursors[slug] = head if known.is_behind(*head) else known
        while self.cursors[slug].is_behind(*head):
            frame, cursor = await self.batches.next(feed.node, self.cursors[slug], head, HOURS)
            await self.pass_on(slug, frame, cursor)

    async def beat(self) -> None:
        """Every 5 s: read the heads from the database, and send what a lost message left behind."""
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)
            if not self.everyone:
                continue
            now = timezone.now()
            found = await database_sync_to_async(heads.standing)(now=now)
            async with self.lock:
                for slug, feed in found.feeds.items():
                    if self.readers[slug]:
                        await self.advance(feed)
                await self.announce_gone(set(found.feeds))
                hubs = {slug: feed.node.hub for slug, feed in found.feeds.items()}
                await self.send_heartbeats(hubs, found.source)

    async def announce_gone(self, tracked: set[str]) -> None:
        """Notify a hub's readers once that it is no longer tracked, or was renamed.

        They stay connected: if it is tracked again, its feed continues.
        """
        self.gone -= tracked
        for slug in [slug for slug, readers in self.readers.items() if readers]:
            if slug not in tracked | self.gone:
                self.gone.add(slug)
                message = f"{slug.upper()} is no longer tracked, or has another name now."
                frame = Frame("error", frames.error("gone", message))
                for reader in list(self.readers[slug]):
                    await self.send(reader, frame)

    async def send_heartbeats(self, hubs: dict[str, str], source: heads.SourceState) -> None:
        """Send each reader the heads of those of its hubs in which it has caught up."""
        made: dict[tuple[str, ...], Frame] = {}
        now = timezone.now()
        for number, reader in enumerate(list(self.everyone)):
            slugs = tuple(
                slug for slug in reader.cursors if slug in hubs and reader in self.readers[slug]
            )
            if slugs not in made:
                heads = {hubs[slug]: self.cursors[slug].seq for slug in slugs}
                made[slugs] = Frame("heartbeat", frames.heartbeat(heads, source, now=now))
            await self.send(reader, made[slugs])
            await self.yield_after(number)

    async def pass_on(self, slug: str, frame: Frame, cursor: Cursor) -> None:
        """Send a frame to every reader of a hub whose cursor it continues at."""
        before, self.cursors[slug] = self.cursors[slug], cursor
        for number, reader in enumerate(list(self.readers[slug])):
            if reader in self.readers[slug] and reader.cursors[slug] == before:
                reader.cursors[slug] = cursor
                await self.send(reader, frame)
            await self.yield_after(number)

    async def send(self, reader: Reader, frame: Frame) -> None:
        """Write a frame to a reader; one whose backlog is too long is cut instead."""
        if reader.is_slow():
            await self.cut(reader)
        else:
            await reader.wire.write(frame)

    async def cut(self, reader: Reader) -> None:
        """Close the connection of a slow reader, which can reconnect and resume."""
        log.info("cut a slow reader", backlog=reader.wire.backlog)
        self.leave(reader)
        await reader.wire.close(TOO_SLOW)

    async def yield_after(self, number: int) -> None:
        """Let other tasks run now and then: a write never suspends by itself."""
        if number % WRITES_AT_A_TIME == WRITES_AT_A_TIME - 1:
            await asyncio.sleep(0)

    async def close_all(self) -> None:
        """Send everyone bye, each with its own time to come back, and wait until they have gone.

        That includes readers that were just joining.
        """
        self.closing = True
        notified: set[Reader] = set()
        until = time.monotonic() + CLOSING_SECONDS
        while self.everyone and time.monotonic() < until:
            others = self.everyone - notified
            for reader in others:
                await self.say_bye(reader.wire)
            notified |= others
            await asyncio.sleep(0.05)

    async def say_bye(self, wire: Wire) -> None:
        """Send bye with a random time to come back, and close."""
        retry_ms = random.randint(*RETRY_MS)
        await wire.write(Frame("bye", frames.bye(retry_ms), retry_ms))
        await wire.close(GOING_AWAY)


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
    return FANOUTS.setdefault(asyncio.get_running_loop(), Fanout())
