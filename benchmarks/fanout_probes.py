"""Readers that follow the feed as a page does, beside those of the load generator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks import feed_log
from benchmarks.feed_chaos import lines, nothing
from benchmarks.feed_check import judged
from benchmarks.feed_delays import Receipt
from benchmarks.feed_reader import Reader
from benchmarks.feed_stage import FeedStage, opened, watched, whole
from benchmarks.figures import Figure

WHOLE_WITHIN_S = 30


class Probes:
    """So many readers, and all their receipts."""

    def __init__(self, feed: FeedStage, count: int) -> None:
        self.feed = feed
        self.receipts: list[Receipt] = []
        self.readers = [Reader(feed.stage.url, self.took) for _ in range(count)]

    def took(self, hub: str, prev: int, seq: int, at: float) -> None:
        self.receipts.append(Receipt(hub, prev, seq, at))

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Connect them all; they leave at the end."""
        await opened(self.readers, self.feed, WHOLE_WITHIN_S)
        watching = asyncio.ensure_future(watched(self.readers))
        try:
            yield
        finally:
            watching.cancel()
            for reader in self.readers:
                reader.leave()

    async def whole(self) -> None:
        """Wait until all have what the database has now. Raises DidNotWork."""
        await whole(self.readers, self.feed, WHOLE_WITHIN_S)

    async def wrong(self) -> int:
        """End the publisher, and compare what each took with the database: must be 0."""
        self.feed.publisher.end()
        await self.whole()
        verdict = judged(lines(self.readers), feed_log.logs(self.feed.database))
        return verdict.lost + verdict.doubled + verdict.out_of_order + verdict.differing


def wrong_figure(what: str, count: int) -> Figure:
    return nothing(f"{what}: lost, doubled, out of order or not the database's", count)
