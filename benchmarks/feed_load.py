"""What the live feed costs, how fast readers reconnect, and what rude clients do to the others."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psutil

from benchmarks import feed_log
from benchmarks.feed_chaos import given, lines, nothing
from benchmarks.feed_check import judged
from benchmarks.feed_delays import Receipt, delays
from benchmarks.feed_reader import Reader
from benchmarks.feed_stage import FeedStage, feed_staged, opened, watched, whole
from benchmarks.figures import Figure, percentile
from benchmarks.stage import DidNotWork

MANY, NORMAL, RUDE = 500, 200, 20
WHOLE_WITHIN_S = 60
MEASURED_S, RUDE_S, SETTLING_S, LEFT_S = 15, 40, 5, 15
OFTEN_S, PAUSE_S, EACH = 0.2, 0.5, 5
BURST_EVERY_S = 8
MOST_BACK_S, MOST_DELAY_S, MOST_MB = 35, 1, 20
RIVAL = "13 µs FastAPI with uvicorn (measured once, not in this run)"
NOTES = [
    f"feed: {MANY} readers of two hubs on the web process as the Procfile starts it, one address; "
    "the publisher stores and announces prices;",
    "  CPU: publications of one event, including heartbeats and whatever else the process does.",
    f"  rude: {RUDE} that never read and {RUDE} that ask for all they can, {RUDE_S} s beside "
    f"{NORMAL} readers, with 400 events at once every {BURST_EVERY_S} s;",
    "  delay: from the commit of a publication to a reader that has parsed it; MB are 1,000,000 "
    "bytes.",
]


class Memory(NamedTuple):
    """Megabytes of a process."""

    rss: float
    pss: float


def measure() -> list[Figure]:
    """All figures, one after the other on one stage."""
    with feed_staged() as stage:
        return asyncio.run(Load(stage).measured())


class Load:
    """The readers, and their receipts since these were last cleared."""

    def __init__(self, stage: FeedStage) -> None:
        self.stage = stage
        self.receipts: list[Receipt] = []
        self.readers = [Reader(stage.stage.url, self.took) for _ in range(MANY)]

    def took(self, hub: str, prev: int, seq: int, at: float) -> None:
        self.receipts.append(Receipt(hub, prev, seq, at))

    async def measured(self) -> list[Figure]:
        await opened(self.readers, self.stage, WHOLE_WITHIN_S)
        watching = asyncio.ensure_future(watched(self.readers))
        figures = [await self.cpu(), await self.reconnect(), *await self.beside_the_rude()]
        self.stage.publisher.end()
        await whole(self.readers, self.stage, WHOLE_WITHIN_S)
        watching.cancel()
        return [*figures, *self.wrong()]

    async def cpu(self) -> Figure:
        """The web process's CPU time per delivery."""
        self.stage.publish(OFTEN_S, 1)
        await asyncio.sleep(SETTLING_S)
        web = self.web()
        before, so_far = cpu_seconds(web), given(self.readers)
        await asyncio.sleep(MEASURED_S)
        spent, made = cpu_seconds(web) - before, given(self.readers) - so_far
        self.stage.publisher.end()
        return Figure(
            f"feed: CPU of the web process a delivery, {made:,} to {MANY} readers",
            f"{spent / made * 1e6:.1f} µs",
            RIVAL,
        )

    async def reconnect(self) -> Figure:
        """From the kill of the web process until every reader has reconnected and caught up."""
        self.stage.publish(PAUSE_S, EACH)
        await asyncio.sleep(SETTLING_S)
        began = time.monotonic()
        await self.stage.web.restart()
        await whole(self.readers, self.stage, WHOLE_WITHIN_S)
        took = time.monotonic() - began
        return Figure(
            f"feed: {MANY} readers back and whole after the web process is killed",
            f"{took:.1f} s",
            limit=f"≤ {MOST_BACK_S} s",
            met=took <= MOST_BACK_S,
        )

    async def beside_the_rude(self) -> list[Figure]:
        """Delays without and with rude clients, and how much the web process grows."""
        for reader in self.readers[NORMAL:]:
            reader.leave()
        del self.readers[NORMAL:]
        await asyncio.sleep(SETTLING_S)
        calm = await self.delays_over(MEASURED_S)
        before = memory(self.web())
        looks: list[Memory] = []
        looking = asyncio.ensure_future(often(lambda: looks.append(memory(self.web()))))
        report = await self.rude_report()
        rude = await self.delays_since()
        await asyncio.sleep(LEFT_S)
        looking.cancel()
        after = memory(self.web())
        return [
            *delay_figures(calm, rude),
            *growth_figures(before, largest(looks), after),
            Figure(
                f"feed: frames that the {RUDE} that flooded were sent",
                f"{report['received']:,}",
                f"{report['asked']:,} questions, most of them still in the kernel's buffers",
            ),
            Figure(
                f"feed: how often the {RUDE} that never read were cut",
                f"{report['silent_cut']}",
                f"those that flooded, {report['loud_cut']}",
            ),
        ]

    async def rude_report(self) -> dict[str, int]:
        """What the rude clients report, with bursts of events while they run."""
        self.receipts.clear()
        bursting = asyncio.ensure_future(often(lambda: self.stage.order("burst"), BURST_EVERY_S))
        port = self.stage.stage.plan.port
        report = await asyncio.to_thread(self.stage.stage.answer, "feed_rude", port, RUDE, RUDE_S)
        bursting.cancel()
        return dict(report)

    async def delays_over(self, seconds: float) -> list[float]:
        """All delays of the next `seconds`."""
        self.receipts.clear()
        await asyncio.sleep(seconds)
        return await self.delays_since()

    async def delays_since(self) -> list[float]:
        """All delays since the receipts were last cleared."""
        return delays(self.receipts, self.stage.published())

    def web(self) -> psutil.Process:
        """The web process that runs now."""
        return psutil.Process(self.stage.web.process.pid)

    def wrong(self) -> list[Figure]:
        """What the remaining readers got, compared with the database; all counts must be 0."""
        verdict = judged(lines(self.readers), feed_log.logs(self.stage.database))
        for reader in self.readers:
            reader.leave()
        missing = verdict.lost + verdict.doubled + verdict.out_of_order + verdict.differing
        return [
            nothing("feed: lost, doubled, out of order or not the database's", missing),
            nothing("feed: snapshots that nothing called for", verdict.snapshots),
        ]


async def often(work: Callable[[], object], seconds: float = 1) -> None:
    """Call `work` every so many seconds, without end."""
    while True:
        await asyncio.sleep(seconds)
        work()


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time of a process on all cores."""
    times = process.cpu_times()
    return float(times.user + times.system)


def memory(process: psutil.Process) -> Memory:
    held = process.memory_full_info()
    return Memory(held.rss / 1e6, held.pss / 1e6)


def largest(looks: Sequence[Memory]) -> Memory:
    """The maximum of each. Raises DidNotWork if nothing was measured."""
    if not looks:
        raise DidNotWork("the memory was never measured")
    return Memory(max(look.rss for look in looks), max(look.pss for look in looks))


def delay_figures(calm: list[float], rude: list[float]) -> list[Figure]:
    """The median and the 99th percentile with rude clients, beside those without."""
    return [
        Figure(
            f"feed: delay beside rude clients, p{percent} of {len(rude):,}",
            f"{percentile(rude, percent) * 1000:.0f} ms",
            f"{percentile(calm, percent) * 1000:.0f} ms without them",
            limit="" if percent == 50 else f"< {MOST_DELAY_S} s",
            met=None if percent == 50 else percentile(rude, percent) < MOST_DELAY_S,
        )
        for percent in (50, 99)
    ]


def growth_figures(before: Memory, most: Memory, after: Memory) -> list[Figure]:
    """Growth at the most, and after the rude clients left, above the memory before them."""
    return [
        Figure(
            f"feed: growth of the web process, {when}, RSS (PSS)",
            f"{now.rss - before.rss:+.1f} MB ({now.pss - before.pss:+.1f})",
            f"{before.rss:.0f} MB ({before.pss:.0f}) before them",
            limit=f"< {MOST_MB} MB",
            met=max(now.rss - before.rss, now.pss - before.pss) < MOST_MB,
        )
        for when, now in (("at the most", most), (f"{LEFT_S} s after they left", after))
    ]
