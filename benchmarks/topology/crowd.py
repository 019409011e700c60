"""Readers over TLS, who verify the proxy's certificate and come back with a cursor."""

import asyncio
import ssl
import time
from contextlib import suppress
from datetime import datetime

import psycopg

from benchmarks.feed_chaos import lines
from benchmarks.feed_check import Verdict, judged
from benchmarks.feed_reader import HUBS, Reader
from benchmarks.feed_stage import not_whole, watched
from benchmarks.stage import DidNotWork
from benchmarks.topology.site import FROM_EACH_ADDRESS, Site
from benchmarks.topology.truth import Truth

LOOK_EVERY_S, AT_ONCE, WITHIN_S = 0.1, 25, 120.0
Heads = dict[str, int]


class Crowd:
    """All readers, and whether they have what the database has."""

    def __init__(self, site: Site, truth: Truth, size: int) -> None:
        self.truth = truth
        context = ssl.create_default_context(cafile=str(site.authority))
        self.readers = [reader(site, context, number) for number in range(size)]
        self.watching: asyncio.Task[None] | None = None

    async def come(self) -> None:
        """A few at a time, until all have caught up."""
        for first in range(0, len(self.readers), AT_ONCE):
            some = self.readers[first : first + AT_ONCE]
            for one in some:
                one.start()
            await self.until_whole(await self.heads(), some)
        self.watching = asyncio.ensure_future(watched(self.readers))

    async def heads(self) -> Heads:
        """What the database has, as soon as it answers."""
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            with suppress(psycopg.OperationalError):
                held = await asyncio.to_thread(self.truth.heads)
                return {hub: held.get(hub, 0) for hub in HUBS}
            await asyncio.sleep(LOOK_EVERY_S)
        raise DidNotWork("the database does not answer")

    async def until_new(self, before: Heads) -> Heads:
        """The heads once each hub has something that came after `before`."""
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            held = await self.heads()
            if all(held[hub] > before[hub] for hub in HUBS):
                return held
            await asyncio.sleep(LOOK_EVERY_S)
        raise DidNotWork(f"nothing more is published: {before}")

    async def until_whole(self, heads: Heads, readers: list[Reader] | None = None) -> None:
        """Until every reader is connected and has all up to these heads."""
        until = time.monotonic() + WITHIN_S
        some = self.readers if readers is None else readers
        while lacking := [one for one in some if not one.is_whole(heads)]:
            if time.monotonic() > until:
                raise DidNotWork(not_whole(lacking, heads, WITHIN_S))
            await asyncio.sleep(LOOK_EVERY_S / 2)

    async def longest_wait_s(self, heads: Heads, watch_s: float) -> float:
        """The longest that any reader waits for a price, from now on for so many seconds.

        A wait that has begun by then counts whole: for the first beat after another, for example.
        """
        began = last = time.monotonic()
        longest = 0.0
        while last < began + watch_s:
            heads = await self.until_new(heads)
            await self.until_whole(heads)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
        return longest

    async def until_stored(self, newest: datetime) -> None:
        """Until the database has the interval that was published last."""
        until = time.monotonic() + WITHIN_S
        while await asyncio.to_thread(self.truth.newest) != newest:
            if time.monotonic() > until:
                raise DidNotWork(f"the interval of {newest} is not stored")
            await asyncio.sleep(LOOK_EVERY_S)

    async def verdict(self) -> Verdict:
        """Compared with the whole log of the database, as soon as nothing is added to it."""
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            logs = await asyncio.to_thread(self.truth.logs)
            heads = {hub: logs[hub].head for hub in HUBS}
            await self.until_whole(heads)
            await asyncio.sleep(1)  # what would come twice
            found = judged(lines(self.readers), logs)
            if await self.heads() == heads:
                return found
        raise DidNotWork("events are added to the feed though nothing is published")

    def connections(self) -> list[int]:
        """How often each had a connection end."""
        return [len(one.codes) for one in self.readers]

    def leave(self) -> None:
        if self.watching:
            self.watching.cancel()
        for one in self.readers:
            one.leave()


def reader(site: Site, context: ssl.SSLContext, number: int) -> Reader:
    """One of five that come from the same address."""
    address = f"127.0.1.{1 + number // FROM_EACH_ADDRESS % 250}"
    return Reader(site.url, way={"ssl": context, "local_addr": (address, 0)})
