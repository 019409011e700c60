"""The heart of a fan-out: every 5 seconds the heads of the feeds, to each reader in its turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count

from channels.db import database_sync_to_async
from django.utils import timezone

from live import frames, heads, readers
from live.caught_up import Stand
from live.cursor import Cursor
from live.delivery import Parcel, deliveries
from live.readers import Readers
from live.wire import Frame
from prices.models import Feed

PING_EVERY = 4
# Heads that were to be read so long ago are not relied on.
LATE_SECONDS = 1


class Heart:
    """Reads the heads, has readers brought up to them by `advance`, and sends heartbeats.

    `lock` and `cursors` are the fan-out's.
    """

    def __init__(
        self,
        readers: Readers,
        lock: asyncio.Lock,
        cursors: dict[str, Cursor],
        advance: Callable[[Feed], Awaitable[None]],
    ) -> None:
        self.readers = readers
        self.lock = lock
        self.cursors = cursors
        self.advance = advance
        self.found: heads.Standing | None = None
        self.found_at = 0.0
        self.rounds = count()
        self.gone: set[str] = set()  # hubs whose readers know that they are no longer tracked

    async def beat(self) -> None:
        """Every 5 s: send what a lost message left behind, and to each reader its heads in turn.

        With every fourth heartbeat goes a ping, and who has not spoken since the last is dropped.
        """
        for number in self.rounds:
            began, found = time.monotonic(), None
            for turn in range(readers.TURNS):
                until = began + frames.HEARTBEAT_SECONDS * (turn + 1) / readers.TURNS
                await asyncio.sleep(max(0, until - time.monotonic()))
                if found is None and self.readers.everyone:
                    found = await self.read_heads()
                if found:
                    await self.take_turn(turn, found, pings=number % PING_EVERY == 0)

    async def take_turn(self, turn: int, found: heads.Standing, *, pings: bool) -> None:
        """Send the readers of a turn their heads, and perhaps a ping."""
        if pings:
            self.readers.drop_the_silent(turn)
        await self.send_heartbeats(turn, found, pings=pings)

    async def read_heads(self) -> heads.Standing:
        """Read the heads from the database, and bring every reader up to them."""
        at = time.monotonic()
        found: heads.Standing = await database_sync_to_async(heads.standing)(now=timezone.now())
        self.found, self.found_at = found, at
        async with self.lock:
            for slug, feed in found.feeds.items():
                if slug in self.readers.caught_up:
                    await self.advance(feed)
            await self.announce_gone(set(found.feeds))
        return found

    def known_feed(self, slug: str) -> Feed | None:
        """A feed at our cursor, for a reader that begins there; None if it has to be read.

        Its head must have been read when it should have been.
        """
        ours, feed = self.cursors.get(slug), self.found.feeds.get(slug) if self.found else None
        is_up_to_date = time.monotonic() - self.found_at < frames.HEARTBEAT_SECONDS + LATE_SECONDS
        if ours is None or feed is None or not is_up_to_date:
            return None
        if ours.is_behind(feed.epoch, feed.head):
            return None
        return Feed(node=feed.node, epoch=ours.epoch, head=ours.seq)

    async def announce_gone(self, tracked: set[str]) -> None:
        """Notify a hub's readers once that it is no longer tracked, or was renamed.

        They stay connected: if it is tracked again, its feed continues.
        """
        self.gone -= tracked
        caught_up = self.readers.caught_up
        for slug in caught_up.slugs():
            if slug not in tracked | self.gone:
                self.gone.add(slug)
                message = f"{slug.upper()} is no longer tracked, or has another name now."
                frame = Frame("error", frames.error("gone", message))
                await self.readers.deliver(deliveries(caught_up.of(slug), Parcel([frame])))

    async def send_heartbeats(self, turn: int, found: heads.Standing, *, pings: bool) -> None:
        """Send each reader whose turn it is the heads of the hubs in which it has caught up."""
        async with self.lock:
            now = timezone.now()
            by_stand = self.readers.caught_up.by_stand(self.readers.rota.turns[turn])
            await self.readers.deliver(
                delivery
                for stand, some in by_stand.items()
                for delivery in deliveries(
                    some, Parcel([self.heartbeat(stand, found, now=now)], pings=pings)
                )
            )

    def heartbeat(self, stand: Stand, found: heads.Standing, *, now: datetime) -> Frame:
        """The heartbeat for all who stand there. It names no head of which the news still waits."""
        cursors = self.cursors | dict(stand.behind)
        heads = {
            found.feeds[slug].node.hub: cursors[slug].seq
            for slug in sorted(stand.hubs)
            if slug in found.feeds
        }
        return Frame("heartbeat", frames.heartbeat(heads, found.source_at(now), now=now))
