"""The hub: one group member per web process, which writes each publication to its own clients.

A client that Channels would serve costs a thread hop a message; a client of the hub costs a
write. The hub keeps its own place in each feed: a publication that follows on it is passed on as
it came, anything else makes the hub read the database. A client that has caught up stands where
the hub stands.
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
from live.group import heard
from live.reader import Reader
from live.single_flight import SharedRead
from live.wire import Frame, Wire
from prices.models import Feed

log = structlog.get_logger(__name__)
AFTER_TROUBLE_SECONDS = 1
FAREWELL_SECONDS = 3
RETRY_MS = (500, 5_000)
A_TURN = 50

GOING_AWAY = 1012
TOO_SLOW = 4408


class UnknownHub(Exception):
    """A client asks for a hub that no tracked node has."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Fanout:
    """All clients of this process, and where they stand in each feed."""

    def __init__(self) -> None:
        self.everyone: set[Reader] = set()
        self.readers: dict[str, set[Reader]] = defaultdict(set)  # who have caught up
        self.cursors: dict[str, Cursor] = {}
        self.batches = CatchUp()
        self.feeds = SharedRead()
        self.lock = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()
        self.gone: set[str] = set()  # whose clients know that there is no such hub any more
        self.closing = False
        self.again: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Join the group and begin to beat; at the first client, and again after a wreck."""
        running = {task.get_name() for task in self.tasks if not task.done()}
        for work in (self.listen, self.beat):
            if work.__name__ not in running:
                task = asyncio.create_task(forever(work), name=work.__name__)
                task.add_done_callback(self.ended)
                self.tasks.add(task)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Forget a task that is over; what nobody expected is told in full, and tried again."""
        self.tasks.discard(task)
        if not task.cancelled():
            log.error("the hub is wrecked", work=task.get_name(), exc_info=task.exception())
            self.again = asyncio.get_running_loop().call_later(AFTER_TROUBLE_SECONDS, self.start)

    async def stop(self) -> None:
        """Leave the group. Cancelled again until it holds: a thread hop can swallow it."""
        if self.again:
            self.again.cancel()
        pending, self.tasks = self.tasks, set()
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.1)

    async def join(self, reader: Reader) -> None:
        """Greet a client, bring it to where its feeds stand, and keep it there until it leaves.

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
        """Send a client again what came after places it names. Raises UnknownHub."""
        for slug, cursor in cursors.items():
            self.readers[slug].discard(reader)  # at once, or what comes meanwhile comes twice
            reader.cursors[slug] = cursor
            await self.catch_up(reader, await self.feed_of(slug))

    def leave(self, reader: Reader) -> None:
        """Forget a client whose connection is closed."""
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
        """Send a client what it missed, page by page as it takes them, until it stands with us."""
        slug = feed.node.slug
        async with self.lock:
            await self.bring_up(feed)
        while self.has(reader) and reader.cursors[slug] != self.cursors[slug]:
            async with self.batches.turn():  # where we stand is asked in it: many share a page then
                frame, cursor = await self.batches.next(
                    feed.node, reader.cursors[slug], self.cursors[slug], reader.hours
                )
            reader.cursors[slug] = cursor
            if not await reader.takes(frame):
                await self.cut(reader)
        if self.has(reader):
            self.readers[slug].add(reader)

    def has(self, reader: Reader) -> bool:
        """Whether a client is still to be given anything."""
        return reader in self.everyone and not self.closing

    async def listen(self) -> None:
        """Pass on what the group hears."""
        async with aclosing(heard()) as messages:
            async for message in messages:
                await self.publish(message)

    async def publish(self, message: dict[str, Any]) -> None:
        """A publication: passed on where it follows on our place, else read from the database.

        Our place moves with nobody there too: who catches up meanwhile goes on to it.
        """
        slug, epoch, seq = message["slug"], message["epoch"], message["seq"]
        async with self.lock:
            if slug not in self.cursors:
                return
            step = self.cursors[slug].step(epoch, message["prev"], seq)
            if step is Step.NEXT and message["text"]:
                await self.pass_on(slug, Frame("events", message["text"]), Cursor(epoch, seq))
            elif step is not Step.SEEN:
                await self.read_up(slug)

    async def read_up(self, slug: str) -> None:
        """Bring a feed's clients to where the database has it; a hub that was given up stays."""
        with suppress(UnknownHub):
            await self.bring_up(await self.feed_of(slug))

    async def bring_up(self, feed: Feed) -> None:
        """Bring the clients of a feed to its head, and us with them.

        Our place moves once the text is there: a database that fails costs no event.
        """
        slug, head = feed.node.slug, Cursor(feed.epoch, feed.head)
        if not self.readers[slug]:
            known = self.cursors.setdefault(slug, head)
            self.cursors[slug] = head if known.is_behind(*head) else known
        while self.cursors[slug].is_behind(*head):
            frame, cursor = await self.batches.next(feed.node, self.cursors[slug], head, HOURS)
            await self.pass_on(slug, frame, cursor)

    async def beat(self) -> None:
        """Every 5 s: the heads as the database has them, and what a lost message left behind."""
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)
            if not self.everyone:
                continue
            now = timezone.now()
            found = await database_sync_to_async(heads.standing)(now=now)
            async with self.lock:
                for slug, feed in found.feeds.items():
                    if self.readers[slug]:
                        await self.bring_up(feed)
                await self.announce_gone(set(found.feeds))
                hubs = {slug: feed.node.hub for slug, feed in found.feeds.items()}
                await self.send_heartbeats(hubs, found.source)

    async def announce_gone(self, tracked: set[str]) -> None:
        """Say once, to those who follow it, that a hub is no longer tracked or is called otherwise.

        They stay: it may be tracked again, and then goes on where it was.
        """
        self.gone -= tracked
        for slug in [slug for slug, readers in self.readers.items() if readers]:
            if slug not in tracked | self.gone:
                self.gone.add(slug)
                said = f"{slug.upper()} is no longer tracked, or has another name now."
                frame = Frame("error", frames.error("gone", said))
                for reader in list(self.readers[slug]):
                    await self.give(reader, frame)

    async def send_heartbeats(self, hubs: dict[str, str], source: heads.SourceState) -> None:
        """To each client the heads of those of its hubs in which it has caught up."""
        made: dict[tuple[str, ...], Frame] = {}
        now = timezone.now()
        for number, reader in enumerate(list(self.everyone)):
            slugs = tuple(
                slug for slug in reader.cursors if slug in hubs and reader in self.readers[slug]
            )
            if slugs not in made:
                heads = {hubs[slug]: self.cursors[slug].seq for slug in slugs}
                made[slugs] = Frame("heartbeat", frames.heartbeat(heads, source, now=now))
            await self.give(reader, made[slugs])
            await self.yield_after(number)

    async def pass_on(self, slug: str, frame: Frame, cursor: Cursor) -> None:
        """Give a frame to every client of a hub that stands where the frame goes on."""
        before, self.cursors[slug] = self.cursors[slug], cursor
        for number, reader in enumerate(list(self.readers[slug])):
            if reader in self.readers[slug] and reader.cursors[slug] == before:
                reader.cursors[slug] = cursor
                await self.give(reader, frame)
            await self.yield_after(number)

    async def give(self, reader: Reader, frame: Frame) -> None:
        """Write a frame to a client; one that does not read what it has is cut instead."""
        if reader.is_slow():
            await self.cut(reader)
        else:
            await reader.wire.write(frame)

    async def cut(self, reader: Reader) -> None:
        """End the connection of a slow reader, who can come back and resume."""
        log.info("cut a slow reader", backlog=reader.wire.backlog)
        self.leave(reader)
        await reader.wire.close(TOO_SLOW)

    async def yield_after(self, number: int) -> None:
        """Let others have their turn now and then: a write never suspends by itself."""
        if number % A_TURN == A_TURN - 1:
            await asyncio.sleep(0)

    async def farewell(self) -> None:
        """Say goodbye to everyone, each with another time to come back, and wait for them to go.

        Who was about to join when it began is told too.
        """
        self.closing = True
        told: set[Reader] = set()
        until = time.monotonic() + FAREWELL_SECONDS
        while self.everyone and time.monotonic() < until:
            untold = self.everyone - told
            for reader in untold:
                await self.say_bye(reader.wire)
            told |= untold
            await asyncio.sleep(0.05)

    async def say_bye(self, wire: Wire) -> None:
        """The server is going away."""
        retry_ms = random.randint(*RETRY_MS)
        await wire.write(Frame("bye", frames.bye(retry_ms), retry_ms))
        await wire.close(GOING_AWAY)


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` again after whatever the database or Redis throws at it."""
    while True:
        try:
            await work()
        except (redis.RedisError, DatabaseTrouble, OSError) as fault:
            log.warning("the hub stumbled", work=work.__name__, why=str(fault))
            await asyncio.sleep(AFTER_TROUBLE_SECONDS)


FANOUTS: WeakKeyDictionary[asyncio.AbstractEventLoop, Fanout] = WeakKeyDictionary()


def fanout() -> Fanout:
    """This process's hub (one an event loop, which in a web process is the same)."""
    return FANOUTS.setdefault(asyncio.get_running_loop(), Fanout())
