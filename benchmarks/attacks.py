"""What attacks on the web process do to everybody else."""

import asyncio
import time
import urllib.request
from typing import NamedTuple

import psutil

from benchmarks import feed_log
from benchmarks.feed_chaos import lines, nothing
from benchmarks.feed_check import judged
from benchmarks.feed_delays import Receipt, delays
from benchmarks.feed_load import Memory, memory, often
from benchmarks.feed_reader import Reader
from benchmarks.feed_stage import FeedStage, opened, watched, whole
from benchmarks.figures import Figure, percentile
from benchmarks.stage import staged

READERS = 15  # of one address, as the limits are by default
REST_S, ATTACKED_S, SETTLING_S = 10.0, 20.0, 3.0
PAGE_EVERY_S, PAGE_WITHIN_S = 0.1, 5.0
PUBLISH_EVERY_S = 0.2
WHOLE_WITHIN_S = 60
MOST_PAGE_S, MOST_DELAY_S, MOST_MB = 1.0, 1.0, 30
ATTACKS = {
    "slowloris": "200 requests that never end",
    "bad_frames": "10,000 bad frames",
    "big_frames": "frames of 1 MiB on 20 sockets",
    "passwords": "50 wrong passwords",
}
NOTES = [
    f"attacks: the web process as the Procfile starts it, with its limits as they are; {READERS} "
    "readers and the dashboard",
    f"  asked for every {PAGE_EVERY_S} s, all from one address, attackers from others; "
    f"{ATTACKED_S:.0f} s each, beside {REST_S:.0f} s of rest.",
]


class Seen(NamedTuple):
    """What the others saw for a while: seconds of each page, pages that failed, delays."""

    pages: list[float]
    failed: int
    delays: list[float]


def measure() -> list[Figure]:
    with staged() as stage:
        feed_stage = FeedStage(stage)
        try:
            feed_stage.start(48)
            return asyncio.run(Attacked(feed_stage).measured())
        finally:
            feed_stage.end()


class Attacked:
    """The others: readers of the feed, and somebody who opens the dashboard again and again."""

    def __init__(self, stage: FeedStage) -> None:
        self.stage = stage
        self.receipts: list[Receipt] = []
        self.pages: list[float] = []
        self.failed = 0
        self.readers = [Reader(stage.stage.url, self.took) for _ in range(READERS)]

    def took(self, hub: str, prev: int, seq: int, at: float) -> None:
        self.receipts.append(Receipt(hub, prev, seq, at))

    async def measured(self) -> list[Figure]:
        await opened(self.readers, self.stage, WHOLE_WITHIN_S)
        self.stage.publish(PUBLISH_EVERY_S, 1)
        working = [asyncio.ensure_future(watched(self.readers))]
        working.append(asyncio.ensure_future(self.opens_pages()))
        await asyncio.sleep(SETTLING_S)
        rest = await self.seen_over(REST_S)
        figures = [figure for name in ATTACKS for figure in await self.under(name, rest)]
        for work in working:
            work.cancel()
        self.stage.publisher.end()
        await whole(self.readers, self.stage, WHOLE_WITHIN_S)
        return [*figures, self.wrong()]

    async def under(self, name: str, rest: Seen) -> list[Figure]:
        """The figures of one attack."""
        before, looks = self.memory(), [self.memory()]
        looking = asyncio.ensure_future(often(lambda: looks.append(self.memory())))
        self.forget()
        began = time.monotonic()
        answer = self.stage.stage.answer
        port = self.stage.stage.plan.port
        told = await asyncio.to_thread(answer, "attackers", name, port, ATTACKED_S)
        took = time.monotonic() - began
        seen = self.seen()
        looking.cancel()
        grown = max(look.pss for look in looks) - before.pss
        said = ", ".join(f"{what} {count:,}" for what, count in sorted(told.items()))
        return [
            Figure(f"attacks: {ATTACKS[name]} in {took:.0f} s: the server's answers", said),
            *compared(ATTACKS[name], seen, rest),
            Figure(
                f"attacks: {ATTACKS[name]}: growth of the web process, PSS",
                f"{grown:+.1f} MB",
                f"{before.pss:.0f} MB before",
                limit=f"< {MOST_MB} MB",
                met=grown < MOST_MB,
            ),
        ]

    async def seen_over(self, seconds: float) -> Seen:
        self.forget()
        await asyncio.sleep(seconds)
        return self.seen()

    def forget(self) -> None:
        self.receipts.clear()
        self.pages.clear()
        self.failed = 0

    def seen(self) -> Seen:
        waits = delays(self.receipts, self.stage.published())
        return Seen(list(self.pages), self.failed, waits)

    async def opens_pages(self) -> None:
        while True:
            began = time.monotonic()
            if await asyncio.to_thread(answers, f"{self.stage.stage.url}/"):
                self.pages.append(time.monotonic() - began)
            else:
                self.failed += 1
            await asyncio.sleep(PAGE_EVERY_S)

    def memory(self) -> Memory:
        return memory(psutil.Process(self.stage.web.process.pid))

    def wrong(self) -> Figure:
        """What the readers got, compared with the database."""
        verdict = judged(lines(self.readers), feed_log.logs(self.stage.database))
        for reader in self.readers:
            reader.leave()
        missing = verdict.lost + verdict.doubled + verdict.out_of_order + verdict.differing
        return nothing("attacks: lost, doubled, out of order or not the database's", missing)


def answers(url: str) -> bool:
    """Whether the page came, whole and in time."""
    try:
        with urllib.request.urlopen(url, timeout=PAGE_WITHIN_S) as page:  # noqa: S310
            return bool(page.read())
    except OSError:
        return False


def compared(attack: str, seen: Seen, rest: Seen) -> list[Figure]:
    """Pages and delays under attack, beside those at rest."""
    page, calm_page = percentile(seen.pages, 95), percentile(rest.pages, 95)
    delay, calm_delay = percentile(seen.delays, 99), percentile(rest.delays, 99)
    return [
        nothing(
            f"attacks: {attack}: pages of others that failed, of {len(seen.pages)}", seen.failed
        ),
        Figure(
            f"attacks: {attack}: others' dashboard, p95",
            f"{page * 1000:.0f} ms",
            f"{calm_page * 1000:.0f} ms at rest",
            limit=f"< {MOST_PAGE_S:g} s",
            met=page < MOST_PAGE_S,
        ),
        Figure(
            f"attacks: {attack}: others' delay of the feed, p99 of {len(seen.delays):,}",
            f"{delay * 1000:.0f} ms",
            f"{calm_delay * 1000:.0f} ms at rest",
            limit=f"< {MOST_DELAY_S:g} s",
            met=delay < MOST_DELAY_S,
        ),
    ]
