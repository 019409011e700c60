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
from typing import Any
from weakref import WeakKeyDictionary

import redis
import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import Error as DatabaseTrouble
from django.utils import timezone

from dashboard import frames, positions
from dashboard.broadcast import GROUP
from dashboard.following import Place, Step
from dashboard.shared_work import SharedWork
from dashboard.wire import Frame, Wire
from dashboard.wishes import HOURS, Wishes
from prices.models import Feed, Node

log = structlog.get_logger(__name__)
REJOIN_SECONDS = 30
AFTER_TROUBLE_SECONDS = 1
FAREWELL_SECONDS = 3
RETRY_MS = (500, 5_000)
# What may wait for a client that reads slowly; it is cut then, and resumes.
MOST_BACKLOG = 256 * 1024
PATIENCE_SECONDS = 30
A_TURN = 50

GOING_AWAY = 1012
TOO_SLOW = 4408


class UnknownHub(Exception):
    """A client asks for a hub that no tracked node has."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Client:
    """One open connection: the hubs it follows, and where it stands in each."""

    def __init__(self, wire: Wire, wishes: Wishes) -> None:
        self.wire = wire
        self.places = wishes.places
        self.hours = wishes.hours


class Hub:
    """All clients of this process, and where they stand in each feed."""

    def __init__(self) -> None:
        self.everyone: set[Client] = set()
        self.clients: dict[str, set[Client]] = defaultdict(set)  # who have caught up
        self.places: dict[str, Place] = {}
        self.shared = SharedWork()
        self.lock = asyncio.Lock()
        self.tasks: set[asyncio.Task[None]] = set()
        self.closing = False

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
        """Greet a client, bring it to where its feeds stand, and keep it there.

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
        """Send a client again what came after places it names."""
        for slug, place in places.items():
            self.clients[slug].discard(client)
            client.places[slug] = place
            await self.catch_up(client, await self.feed_of(slug))

    def leave(self, client: Client) -> None:
        """Forget a client whose connection is closed."""
        self.everyone.discard(client)
        for clients in self.clients.values():
            clients.discard(client)

    async def feed_of(self, slug: str) -> Feed:
        """The feed as the database has it now. Raises UnknownHub."""
        feed: Feed | None = await database_sync_to_async(positions.feed_of)(slug)
        if feed is None:
            raise UnknownHub(slug)
        return feed

    async def catch_up(self, client: Client, feed: Feed) -> None:
        """Send a client what it missed, page by page as it takes them, until it stands with us."""
        slug = feed.node.slug
        async with self.lock:
            await self.bring_up(feed)
        while client in self.everyone and client.places[slug] != (head := self.places[slug]):
            frame, place = await self.missed(feed.node, client.places[slug], head, client.hours)
            client.places[slug] = place
            await client.wire.write(frame)
            if not await drained(client.wire):
                await self.cut(client)
        if client in self.everyone:
            self.clients[slug].add(client)

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
            step = self.places[slug].step(epoch, message["prev"], seq)
            if step is Step.NEXT and message["text"]:
                await self.pass_on(slug, Frame("events", message["text"]), Place(epoch, seq))
            elif step is not Step.SEEN:
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
            frame, place = await self.missed(feed.node, self.places[slug], head, HOURS)
            await self.pass_on(slug, frame, place)

    async def missed(
        self, node: Node, place: Place | None, head: Place, hours: int
    ) -> tuple[Frame, Place]:
        """The next frame for a reader at `place`, and where it stands then.

        A page of events, or a snapshot where events can't tell. Many who come back share it.
        """
        page = await self.shared.once(
            (node.slug, place, head), database_sync_to_async(page_after), node, place, head
        )
        if page:
            return page  # type: ignore[no-any-return]
        return await self.snapshot(node, head, hours), head

    async def snapshot(self, node: Node, head: Place, hours: int) -> Frame:
        """A snapshot at the feed's head."""
        render = database_sync_to_async(snapshot)
        frame: Frame = await self.shared.once((node.slug, head, hours), render, node, head, hours)
        return frame

    async def beat(self) -> None:
        """Every 5 s: the heads as the database has them, and what a lost message left behind."""
        while True:
            await asyncio.sleep(frames.HEARTBEAT_SECONDS)
            if not self.everyone:
                continue
            now = timezone.now()
            found = await database_sync_to_async(positions.standing)(now=now)
            async with self.lock:
                for slug, feed in found.feeds.items():
                    if self.clients[slug]:
                        await self.bring_up(feed)
                hubs = {slug: feed.node.hub for slug, feed in found.feeds.items()}
                await self.send_heartbeats(hubs, found.source_age_s)

    async def send_heartbeats(self, hubs: dict[str, str], source_age_s: float | None) -> None:
        """To each client the heads of those of its hubs in which it has caught up."""
        made: dict[tuple[str, ...], Frame] = {}
        now = timezone.now()
        for number, client in enumerate(list(self.everyone)):
            slugs = tuple(
                slug for slug in client.places if slug in hubs and client in self.clients[slug]
            )
            if slugs not in made:
                heads = {hubs[slug]: self.places[slug].seq for slug in slugs}
                made[slugs] = Frame("heartbeat", frames.heartbeat(heads, source_age_s, now=now))
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
        if client.wire.backlog <= MOST_BACKLOG:
            await client.wire.write(frame)
        else:
            await self.cut(client)

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
        """Say goodbye to everyone, each with another time to come back, and wait for them to go."""
        self.closing = True
        for client in list(self.everyone):
            await self.say_bye(client.wire)
        until = time.monotonic() + FAREWELL_SECONDS
        while self.everyone and time.monotonic() < until:
            await asyncio.sleep(0.05)

    async def say_bye(self, wire: Wire) -> None:
        """The server is going away."""
        await wire.write(Frame("bye", frames.bye(random.randint(*RETRY_MS))))
        await wire.close(GOING_AWAY)


async def drained(wire: Wire) -> bool:
    """Whether a client takes what was written before our patience ends."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await wire.drained()
    except TimeoutError:
        return False
    return True


def page_after(node: Node, place: Place | None, head: Place) -> tuple[Frame, Place] | None:
    """The next page of events as a frame, and where its reader then stands; None: a snapshot."""
    found = positions.next_events(node, place, head)
    if found is None or place is None:
        return None
    until, told = found
    return Frame("events", frames.events(node, until.epoch, place.seq, until.seq, told)), until


def snapshot(node: Node, head: Place, hours: int) -> Frame:
    """A snapshot as a frame."""
    return Frame("snapshot", frames.snapshot(node, head, hours, now=timezone.now()))


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
