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
from live.catch_up import Pages
from live.cursor import Place, Step
from live.feed_request import HOURS
from live.group import heard
from live.reader import Client
from live.single_flight import SharedReading
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


class Hub:
    """All clients of this process, and where they stand in each feed."""

    def __init__(self) -> None:
        self.everyone: set[Client] = set()
        self.clients: dict[str, set[Client]] = defaultdict(set)  # who have caught up
        self.places: dict[str, Place] = {}
        self.pages = Pages()
        self.feeds = SharedReading()
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

    async def join(self, client: Client) -> None:
        """Greet a client, bring it to where its feeds stand, and keep it there until it leaves.

        Raises UnknownHub for a slug that has no feed.
        """
        self.start()
        feeds = [await self.feed_of(slug) for slug in client.places]
        hello = frames.hello({feed.node.hub: feed for feed in feeds}, now=timezone.now())
        await client.wire.write(Frame("hello", hello))
        self.everyone.add(client)
        for feed in feeds:
            await self.catch_up(client, feed)

    async def resume(self, client: Client, places: dict[str, Place]) -> None:
        """Send a client again what came after places it names. Raises UnknownHub."""
        for slug, place in places.items():
            self.clients[slug].discard(client)  # at once, or what comes meanwhile comes twice
            client.places[slug] = place
            await self.catch_up(client, await self.feed_of(slug))

    def leave(self, client: Client) -> None:
        """Forget a client whose connection is closed."""
        self.everyone.discard(client)
        for clients in self.clients.values():
            clients.discard(client)

    async def feed_of(self, slug: str) -> Feed:
        """The feed as the database has it now. Raises UnknownHub."""
        read = partial(database_sync_to_async(heads.feed_of), slug)
        feed: Feed | None = await self.feeds.next(slug, read)
        if feed is None:
            raise UnknownHub(slug)
        return feed

    async def catch_up(self, client: Client, feed: Feed) -> None:
        """Send a client what it missed, page by page as it takes them, until it stands with us."""
        slug = feed.node.slug
        async with self.lock:
            await self.bring_up(feed)
        while self.has(client) and client.places[slug] != self.places[slug]:
            async with self.pages.turn():  # where we stand is asked in it: many share a page then
                frame, place = await self.pages.next(
                    feed.node, client.places[slug], self.places[slug], client.hours
                )
            client.places[slug] = place
            if not await client.takes(frame):
                await self.cut(client)
        if self.has(client):
            self.clients[slug].add(client)

    def has(self, client: Client) -> bool:
        """Whether a client is still to be given anything."""
        return client in self.everyone and not self.closing

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
            if slug not in self.places:
                return
            step = self.places[slug].step(epoch, message["prev"], seq)
            if step is Step.NEXT and message["text"]:
                await self.pass_on(slug, Frame("events", message["text"]), Place(epoch, seq))
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
        slug, head = feed.node.slug, Place(feed.epoch, feed.head)
        if not self.clients[slug]:
            known = self.places.setdefault(slug, head)
            self.places[slug] = head if known.is_behind(*head) else known
        while self.places[slug].is_behind(*head):
            frame, place = await self.pages.next(feed.node, self.places[slug], head, HOURS)
            await self.pass_on(slug, frame, place)

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
                    if self.clients[slug]:
                        await self.bring_up(feed)
                await self.tell_gone(set(found.feeds))
                hubs = {slug: feed.node.hub for slug, feed in found.feeds.items()}
                await self.send_heartbeats(hubs, found.source)

    async def tell_gone(self, tracked: set[str]) -> None:
        """Say once, to those who follow it, that a hub is no longer tracked or is called otherwise.

        They stay: it may be tracked again, and then goes on where it was.
        """
        self.gone -= tracked
        for slug in [slug for slug, clients in self.clients.items() if clients]:
            if slug not in tracked | self.gone:
                self.gone.add(slug)
                said = f"{slug.upper()} is no longer tracked, or has another name now."
                frame = Frame("error", frames.error("gone", said))
                for client in list(self.clients[slug]):
                    await self.give(client, frame)

    async def send_heartbeats(self, hubs: dict[str, str], source: heads.SourceState) -> None:
        """To each client the heads of those of its hubs in which it has caught up."""
        made: dict[tuple[str, ...], Frame] = {}
        now = timezone.now()
        for number, client in enumerate(list(self.everyone)):
            slugs = tuple(
                slug for slug in client.places if slug in hubs and client in self.clients[slug]
            )
            if slugs not in made:
                heads = {hubs[slug]: self.places[slug].seq for slug in slugs}
                made[slugs] = Frame("heartbeat", frames.heartbeat(heads, source, now=now))
            await self.give(client, made[slugs])
            await self.yield_after(number)

    async def pass_on(self, slug: str, frame: Frame, place: Place) -> None:
        """Give a frame to every client of a hub that stands where the frame goes on."""
        before, self.places[slug] = self.places[slug], place
        for number, client in enumerate(list(self.clients[slug])):
            if client in self.clients[slug] and client.places[slug] == before:
                client.places[slug] = place
                await self.give(client, frame)
            await self.yield_after(number)

    async def give(self, client: Client, frame: Frame) -> None:
        """Write a frame to a client; one that does not read what it has is cut instead."""
        if client.is_slow():
            await self.cut(client)
        else:
            await client.wire.write(frame)

    async def cut(self, client: Client) -> None:
        """End the connection of a slow reader, who can come back and resume."""
        log.info("cut a slow reader", backlog=client.wire.backlog)
        self.leave(client)
        await client.wire.close(TOO_SLOW)

    async def yield_after(self, number: int) -> None:
        """Let others have their turn now and then: a write never suspends by itself."""
        if number % A_TURN == A_TURN - 1:
            await asyncio.sleep(0)

    async def farewell(self) -> None:
        """Say goodbye to everyone, each with another time to come back, and wait for them to go.

        Who was about to join when it began is told too.
        """
        self.closing = True
        told: set[Client] = set()
        until = time.monotonic() + FAREWELL_SECONDS
        while self.everyone and time.monotonic() < until:
            untold = self.everyone - told
            for client in untold:
                await self.say_bye(client.wire)
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


HUBS: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """This process's hub (one an event loop, which in a web process is the same)."""
    return HUBS.setdefault(asyncio.get_running_loop(), Hub())
