"""The hub: one group member per web process, which writes each publication to its own clients.

A client that Channels would serve costs a thread hop a message; a client of the hub costs a
write. The hub keeps its own place in each feed: a publication that follows on it is passed on as
it came, anything else makes the hub read the database. Every client stands where the hub stands.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

import redis
import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import Error as DatabaseTrouble
from django.utils import timezone

from dashboard import frames, positions
from dashboard.broadcast import GROUP, MOST_EVENTS
from prices.models import Feed

log = structlog.get_logger(__name__)
REJOIN_SECONDS = 30
AFTER_TROUBLE_SECONDS = 1
SNAPSHOT_KEPT_SECONDS = 5

Send = Callable[[str], Awaitable[None]]


class UnknownHub(Exception):
    """A client asks for a hub that no tracked node has."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Client:
    """One open socket, and the hubs it follows."""

    def __init__(self, send: Send, slugs: tuple[str, ...]) -> None:
        self.send = send
        self.slugs = slugs


class Hub:
    """All clients of this process, and where they stand in each feed."""

    def __init__(self) -> None:
        self.clients: dict[str, set[Client]] = defaultdict(set)
        self.places: dict[str, tuple[str, int]] = {}
        self.snapshots: dict[str, tuple[str, int, float, str]] = {}
        self.lock = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Join the group and begin to beat; at the first client, and again after a wreck."""
        running = {task.get_name() for task in self.tasks if not task.done()}
        for work in (self.listen, self.beat):
            if work.__name__ not in running:
                task = asyncio.create_task(forever(work), name=work.__name__)
                task.add_done_callback(self.ended)
                self.tasks.add(task)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Forget a task that is over; what nobody expected is told in full."""
        self.tasks.discard(task)
        if not task.cancelled():
            log.error("the hub is wrecked", work=task.get_name(), exc_info=task.exception())

    async def stop(self) -> None:
        """Leave the group. Cancelled again until it holds: a thread hop can swallow it."""
        pending, self.tasks = self.tasks, set()
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.1)

    async def join(self, client: Client) -> None:
        """Greet a client, show it where its feeds stand, and keep it there.

        Raises UnknownHub for a slug that has no feed.
        """
        self.start()
        async with self.lock:
            feeds = {}
            for slug in client.slugs:
                feed = await database_sync_to_async(positions.feed_of)(slug)
                if feed is None:
                    raise UnknownHub(slug)
                await self.bring_up(feed)
                feeds[feed.node.hub] = feed
            await client.send(frames.hello(feeds, now=timezone.now()))
            for feed in feeds.values():
                await client.send(await self.snapshot(feed))
                self.clients[feed.node.slug].add(client)

    def leave(self, client: Client) -> None:
        """Forget a client whose socket is closed."""
        for clients in self.clients.values():
            clients.discard(client)

    async def listen(self) -> None:
        """Pass on what the group hears. The group is joined anew every 30 s: Redis may forget."""
        layer = get_channel_layer()
        channel = await layer.new_channel()
        while True:
            await layer.group_add(GROUP, channel)
            rejoin_at = time.monotonic() + REJOIN_SECONDS
            receiving = asyncio.ensure_future(layer.receive(channel))
            try:
                while time.monotonic() < rejoin_at:
                    done, _ = await asyncio.wait({receiving}, timeout=REJOIN_SECONDS)
                    if done:
                        await self.publish(receiving.result())
                        receiving = asyncio.ensure_future(layer.receive(channel))
                        await asyncio.sleep(0)  # a full queue never suspends by itself
            finally:
                receiving.cancel()

    async def publish(self, message: dict[str, Any]) -> None:
        """A publication: passed on where it follows on our place, else read from the database."""
        slug, epoch, seq = message["slug"], message["epoch"], message["seq"]
        async with self.lock:
            if not self.clients[slug]:
                return
            if self.places.get(slug) == (epoch, message["prev"]) and message["text"]:
                self.places[slug] = (epoch, seq)
                await self.write(slug, message["text"])
            elif self.places.get(slug, ("", 0)) < (epoch, seq):
                feed = await database_sync_to_async(positions.feed_of)(slug)
                if feed:
                    await self.bring_up(feed)

    async def bring_up(self, feed: Feed) -> None:
        """Bring the clients of a feed to its head.

        Our place moves once the text is there: a database that fails costs no event.
        """
        slug, head = feed.node.slug, (feed.epoch, feed.head)
        if not self.clients[slug]:
            self.places[slug] = head
        elif self.places.get(slug) != head:
            text = await self.missed(feed)
            self.places[slug] = head
            await self.write(slug, text)

    async def missed(self, feed: Feed) -> str:
        """What came since our place: the events, or a snapshot if they are too many."""
        epoch, seq = self.places.get(feed.node.slug, ("", 0))
        whole = epoch == feed.epoch and 0 < feed.head - seq <= MOST_EVENTS
        if whole and await database_sync_to_async(positions.has_all_after)(feed, seq):
            text: str = await database_sync_to_async(frames.events)(
                feed.node, epoch, seq, feed.head
            )
            return text
        return await self.snapshot(feed)

    async def snapshot(self, feed: Feed) -> str:
        """A snapshot at the feed's head; many who come back at once share one."""
        slug = feed.node.slug
        kept = self.snapshots.get(slug)
        fresh = kept and time.monotonic() - kept[2] < SNAPSHOT_KEPT_SECONDS
        if kept and fresh and kept[:2] == (feed.epoch, feed.head):
            return kept[3]
        render = database_sync_to_async(frames.snapshot)
        text: str = await render(feed.node, feed, now=timezone.now())
        self.snapshots[slug] = (feed.epoch, feed.head, time.monotonic(), text)
        return text

    async def beat(self) -> None:
        """Every 5 s: the heads as the database has them, and what a lost message left behind."""
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)
            if not any(self.clients.values()):
                continue
            now = timezone.now()
            found = await database_sync_to_async(positions.standing)(now=now)
            async with self.lock:
                for slug, feed in found.feeds.items():
                    if self.clients[slug] and not self.is_ahead_of(feed):
                        await self.bring_up(feed)
                for client in self.everybody():
                    heads = {
                        found.feeds[slug].node.hub: self.places[slug][1]
                        for slug in client.slugs
                        if slug in found.feeds
                    }
                    await client.send(frames.heartbeat(heads, found.source_age_s, now=now))

    def is_ahead_of(self, feed: Feed) -> bool:
        """Whether a publication that came since brought us past what `feed` was when read."""
        epoch, seq = self.places.get(feed.node.slug, ("", 0))
        return epoch == feed.epoch and seq > feed.head

    def everybody(self) -> set[Client]:
        """Every client, once."""
        return {client for clients in self.clients.values() for client in clients}

    async def write(self, slug: str, text: str) -> None:
        """Give one frame to every client of a hub."""
        for client in list(self.clients[slug]):
            await client.send(text)


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
