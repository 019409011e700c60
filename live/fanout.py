"""Fan-out: each web process joins the group once, and writes every publication to its readers.

A reader served by Channels would cost a thread hop for each message; here it costs one write. The
fan-out keeps a cursor of its own in each feed. Publications that continue at the cursor are passed
on as they are; for anything else the database is read. A reader that has caught up stands at the
fan-out's cursor: it gets the same bytes as all others who have caught up in the same hubs.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from itertools import count
from weakref import WeakKeyDictionary

import redis
import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseTrouble
from django.utils import timezone

from live import frames, heads
from live.catch_up import CatchUp
from live.caught_up import CaughtUp, Hubs
from live.close_codes import GOING_AWAY, TOO_SLOW
from live.cursor import Cursor
from live.delivery import Delivery, Parcel, slices, written_now
from live.feed_request import HOURS
from live.group import Membership, Messages
from live.publications import sorted_out
from live.reader import Reader, Way
from live.rota import Rota
from live.single_flight import SharedRead
from live.wire import Frame, Wire
from prices.models import Feed

log = structlog.get_logger(__name__)
AFTER_TROUBLE_SECONDS = 0.25
CLOSING_SECONDS = 3
RETRY_MS = (500, 5_000)
# Heartbeats are spread over so many moments, or all readers would be written to at once.
TURNS = 20
PING_EVERY = 4
# Heads that were to be read so long ago are not relied on.
LATE_SECONDS = 1


class UnknownHub(Exception):
    """A reader asks for a hub that is not tracked."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Fanout:
    """All readers of this process, and the cursor they share in each feed."""

    def __init__(self) -> None:
        self.everyone: set[Reader] = set()
        self.joining: set[Reader] = set()  # have not been greeted yet
        self.ways: Counter[Way] = Counter()
        self.caught_up: CaughtUp[Reader] = CaughtUp()
        self.rota: Rota[Reader] = Rota(TURNS)
        self.cursors: dict[str, Cursor] = {}
        self.batches = CatchUp()
        self.feeds = SharedRead()
        self.group = Membership()
        self.found: heads.Standing | None = None
        self.found_at = 0.0
        # Held while anything is passed on: nobody falls behind in between.
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
        feeds = await self.feeds_of(reader)
        if not self.closing:  # else it was said bye meanwhile
            hello = frames.hello({feed.node.hub: feed for feed in feeds}, now=timezone.now())
            await reader.wire.write(Frame("hello", hello))
        self.everyone.add(reader)
        self.ways[reader.way] += 1
        self.rota.add(reader)
        for feed in feeds:
            await self.catch_up(reader, feed)

    async def feeds_of(self, reader: Reader) -> list[Feed]:
        """The feeds that a reader follows, read where they are not known. Raises UnknownHub."""
        self.joining.add(reader)
        try:
            return [
                (None if cursor else self.known_feed(slug)) or await self.feed_of(slug)
                for slug, cursor in reader.cursors.items()
            ]
        finally:
            self.joining.discard(reader)

    async def resume(self, reader: Reader, cursors: dict[str, Cursor]) -> None:
        """Send a reader what came after these cursors. Raises UnknownHub."""
        if reader.renewal:
            await asyncio.wait([reader.renewal])
        for slug, cursor in cursors.items():
            async with self.lock:  # what is being passed on still goes to it
                self.caught_up.remove(reader, slug)
            reader.cursors[slug] = cursor
            await self.catch_up(reader, await self.feed_of(slug))

    def leave(self, reader: Reader) -> None:
        """Forget a reader whose connection is closed."""
        if reader in self.everyone:
            self.everyone.remove(reader)
            self.ways[reader.way] -= 1
        self.rota.leave(reader)
        self.caught_up.leave(reader)

    def known_feed(self, slug: str) -> Feed | None:
        """A feed at our cursor, for a reader that begins there; None if it has to be read.

        Its head must have been read when it should have been. Who resumes has the database read.
        """
        ours, feed = self.cursors.get(slug), self.found.feeds.get(slug) if self.found else None
        if ours is None or feed is None or feed.epoch != ours.epoch or not self.is_up_to_date():
            return None
        return Feed(node=feed.node, epoch=ours.epoch, head=ours.seq)

    def is_up_to_date(self) -> bool:
        """Whether the heads were read when they should have been."""
        return time.monotonic() - self.found_at < frames.HEARTBEAT_SECONDS + LATE_SECONDS

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
            ours, hours = self.cursors[slug], reader.hours
            batch = self.batches.at_hand(feed.node, reader.cursors[slug], ours, hours)
            if batch is None:
                async with self.batches.slot():  # looked up anew inside: more share a batch
                    batch = await self.batches.next(
                        feed.node, reader.cursors[slug], self.cursors[slug], hours
                    )
            frame, reader.cursors[slug] = batch
            if not await reader.write_and_drain(frame):
                await self.cut(reader)
        if self.has(reader):
            self.caught_up.add(reader, slug)

    def has(self, reader: Reader) -> bool:
        """Whether anything is still to be sent to a reader."""
        return reader in self.everyone and not self.closing

    async def listen(self) -> None:
        """Pass on what comes to the group. What came before we joined is in the database."""
        async with aclosing(self.group.batches()) as batches:
            async for messages in batches:
                if messages:
                    await self.publish(messages)
                else:
                    await self.read_heads()

    async def publish(self, messages: Messages) -> None:
        """Pass on publications that continue at our cursors; otherwise read the database.

        The cursors move even when no reader has caught up: those catching up follow them.
        """
        async with self.lock:
            found = sorted_out(messages, self.cursors)
            await self.pass_on(found.frames)
            for slug in found.unread:
                with suppress(UnknownHub):  # it is no longer tracked
                    await self.advance(await self.feed_of(slug))

    async def advance(self, feed: Feed) -> None:
        """Send a feed's readers everything up to its head, and move our cursor there.

        The cursor moves once the events are read: if the database fails, none is lost.
        """
        slug, head = feed.node.slug, Cursor(feed.epoch, feed.head)
        if slug not in self.caught_up:
            known = self.cursors.setdefault(slug, head)
            self.cursors[slug] = head if known.is_behind(*head) else known
        while self.cursors[slug].is_behind(*head):
            frame, _ = await self.batches.next(feed.node, self.cursors[slug], head, HOURS)
            await self.pass_on([frame])

    async def beat(self) -> None:
        """Every 5 s: send what a lost message left behind, and to each reader its heads in turn.

        With every fourth heartbeat goes a ping, and who has not spoken since the last is dropped.
        """
        for number in count():
            began, found = time.monotonic(), None
            for turn in range(TURNS):
                until = began + frames.HEARTBEAT_SECONDS * (turn + 1) / TURNS
                await asyncio.sleep(max(0, until - time.monotonic()))
                if found is None and self.everyone:
                    found = await self.read_heads()
                if found:
                    await self.take_turn(turn, found, pings=number % PING_EVERY == 0)

    async def take_turn(self, turn: int, found: heads.Standing, *, pings: bool) -> None:
        """Send the readers of a turn their heads, and perhaps a ping."""
        if pings:
            self.drop_the_silent(turn)
        await self.send_heartbeats(turn, found, pings=pings)

    async def read_heads(self) -> heads.Standing:
        """Read the heads from the database, and bring every reader up to them."""
        at = time.monotonic()
        found: heads.Standing = await database_sync_to_async(heads.standing)(now=timezone.now())
        self.found, self.found_at = found, at
        async with self.lock:
            for slug, feed in found.feeds.items():
                if slug in self.caught_up:
                    await self.advance(feed)
            await self.announce_gone(set(found.feeds))
        return found

    async def announce_gone(self, tracked: set[str]) -> None:
        """Notify a hub's readers once that it is no longer tracked, or was renamed.

        They stay connected: if it is tracked again, its feed continues.
        """
        self.gone -= tracked
        for slug in self.caught_up.slugs():
            if slug not in tracked | self.gone:
                self.gone.add(slug)
                message = f"{slug.upper()} is no longer tracked, or has another name now."
                frame = Frame("error", frames.error("gone", message))
                await self.deliver([Delivery(self.caught_up.of(slug), Parcel([frame]))])

    def drop_the_silent(self, turn: int) -> None:
        """Give up the readers of a turn whose connection is dead: they did not answer a ping."""
        for reader in list(self.rota.turns[turn]):
            wire = reader.wire
            if not wire.backlog and not wire.has_spoken():  # behind a backlog it has seen no ping
                log.info("dropped a silent reader")
                self.leave(reader)
                wire.drop()

    async def send_heartbeats(self, turn: int, found: heads.Standing, *, pings: bool) -> None:
        """Send each reader whose turn it is the heads of the hubs in which it has caught up."""
        async with self.lock:
            now = timezone.now()
            await self.deliver(
                Delivery(readers, Parcel([self.heartbeat(hubs, found, now=now)], pings=pings))
                for hubs, readers in self.caught_up.by_hubs(self.rota.turns[turn]).items()
            )

    def heartbeat(self, slugs: Iterable[str], found: heads.Standing, *, now: datetime) -> Frame:
        """The heartbeat for all who have caught up in these hubs."""
        heads = {
            found.feeds[slug].node.hub: self.cursors[slug].seq
            for slug in sorted(slugs)
            if slug in found.feeds
        }
        return Frame("heartbeat", frames.heartbeat(heads, found.source_at(now), now=now))

    async def pass_on(self, frames: list[Frame]) -> None:
        """Send frames that continue at our cursors to all who have caught up, in one write each.

        Whom they are for is settled before anything is written: who catches up meanwhile does so
        to the new cursors.
        """
        moved = dict(frame.moved for frame in frames if frame.moved)
        self.cursors |= moved
        parcels: dict[Hubs, Parcel] = {}
        deliveries = []
        for hubs, readers in self.caught_up.concerned(frozenset(moved)):
            if hubs not in parcels:
                parcels[hubs] = Parcel(concerning(frames, hubs))
            deliveries.append(Delivery(readers, parcels[hubs]))
        await self.deliver(deliveries)

    async def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Write each parcel to its readers, and let other tasks run now and then."""
        for some in slices(deliveries):
            for delivery in some:
                for reader in written_now(delivery):
                    if reader in self.everyone:
                        await self.send(reader, *delivery.parcel.frames)
                        if delivery.parcel.pings:
                            reader.wire.ping()
            await asyncio.sleep(0)

    async def send(self, reader: Reader, *frames: Frame) -> None:
        """Write frames to a reader; one whose backlog is too long is too slow instead."""
        for frame in frames:
            if reader.is_slow():
                await self.too_slow(reader)
                return
            if frame.moved:
                reader.cursors[frame.moved.slug] = frame.moved.cursor
            await reader.wire.write(frame)

    async def too_slow(self, reader: Reader) -> None:
        """Cut a reader, or if it asked for that, go on with the newest state once it takes it."""
        if not reader.latest:
            await self.cut(reader)
        elif reader.renewal is None:
            hubs = self.caught_up.hubs_of.get(reader, frozenset())
            self.caught_up.leave(reader)
            reader.renewal = asyncio.create_task(self.renew(reader, hubs))

    async def renew(self, reader: Reader, hubs: Hubs) -> None:
        """Send a reader that was too slow a snapshot of each hub, once it has taken what waits."""
        try:
            if not await reader.drained():
                await self.cut(reader)
            for slug in reader.cursors.keys() & hubs:
                reader.cursors[slug] = None
                with suppress(UnknownHub):
                    await self.catch_up(reader, await self.feed_of(slug))
        except DatabaseTrouble:
            await self.cut(reader)
        finally:
            reader.renewal = None

    async def cut(self, reader: Reader) -> None:
        """Close the connection of a slow reader, which can reconnect and resume."""
        log.info("cut a slow reader", backlog=reader.wire.backlog)
        self.leave(reader)
        await reader.wire.close(TOO_SLOW)

    async def close_all(self) -> None:
        """Send everyone bye, each with its own time to come back, and wait until they have gone.

        That includes readers that were just joining.
        """
        self.closing = True
        notified: set[Reader] = set()
        until = time.monotonic() + CLOSING_SECONDS
        while (there := self.everyone | self.joining) and time.monotonic() < until:
            others = there - notified
            for reader in others:
                await self.say_bye(reader.wire)
            notified |= others
            await asyncio.sleep(0.05)

    async def say_bye(self, wire: Wire) -> None:
        """Send bye with a random time to come back, and close.

        Many are given more time: a thousand a second can be let in.
        """
        soonest, latest = RETRY_MS
        retry_ms = random.randint(soonest, max(latest, len(self.everyone)))
        await wire.write(Frame("bye", frames.bye(retry_ms), retry_ms))
        await wire.close(GOING_AWAY)


def concerning(frames: Iterable[Frame], hubs: Hubs) -> list[Frame]:
    """The frames of these hubs."""
    return [frame for frame in frames if frame.moved and frame.moved.slug in hubs]


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
