"""A million deliveries across twenty faults: nothing lost, nothing twice, nothing out of order.

The processes are real: Valkey, the web process as the Procfile starts it, SQLite, and a publisher
that stores and announces prices as a poll does. The readers follow by `live.cursor`. What they
took is checked by other code, and against the database's own log.
"""

import asyncio
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks import feed_log
from benchmarks.feed_check import Line, Verdict, judged
from benchmarks.feed_faults import FAULTS, drawn
from benchmarks.feed_reader import HUBS, Reader
from benchmarks.feed_stage import (
    LOOK_EVERY_S,
    FeedStage,
    feed_staged,
    opened,
    watched,
    whole,
)
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork

READERS = 500
COUNT = 20
LEAST = 1_000_000
PAUSE_S, EACH = 0.5, 3
WHOLE_WITHIN_S = 60
BETWEEN_S = (0.5, 3)
NOTES = [
    f"chaos: {READERS} readers of two hubs in one process, {2 * EACH / PAUSE_S:g} events a second, "
    "new prices and corrections;",
    "  a delivery is one event that one reader took; whole: every reader is connected and has what "
    "was published once the fault was over.",
]


@dataclass
class ChaosRun:
    """What one run showed."""

    seed: int
    seconds: float = 0
    verdict: Verdict | None = None
    whole_after: dict[str, list[float]] = field(default_factory=dict)
    left: int = 0
    codes: Counter[int] = field(default_factory=Counter)


def measure() -> list[Figure]:
    """The verdict, and how long it took after each fault until every reader had caught up."""
    seed = int(os.environ.get("FEED_SEED") or 1)
    with feed_staged() as stage:
        return figures_of(asyncio.run(run_chaos(stage, seed)))


async def run_chaos(stage: FeedStage, seed: int) -> ChaosRun:
    """Inject every fault, and go on until all deliveries are made."""
    run = ChaosRun(seed)
    readers = [Reader(stage.stage.url) for _ in range(READERS)]
    began = time.monotonic()
    await opened(readers, stage, WHOLE_WITHIN_S)
    watching = asyncio.ensure_future(watched(readers))
    stage.publish(PAUSE_S, EACH)
    await inject_faults(stage, readers, run)
    await wait_for_deliveries(readers)
    stage.publisher.end()
    await whole(readers, stage, WHOLE_WITHIN_S)
    await asyncio.sleep(1)  # duplicates would arrive late
    watching.cancel()
    judge(readers, stage, run)
    run.seconds = time.monotonic() - began
    return run


async def inject_faults(stage: FeedStage, readers: list[Reader], run: ChaosRun) -> None:
    """The faults one after the other, each once all readers have caught up after the last."""
    chance = random.Random(run.seed)
    for name in drawn(COUNT, chance):
        await asyncio.sleep(chance.uniform(*BETWEEN_S))
        began = time.monotonic()
        await FAULTS[name](stage, readers, chance)
        try:
            await wait_for_publications(stage)
            await whole(readers, stage, WHOLE_WITHIN_S)
        except DidNotWork as fault:
            raise DidNotWork(f"after {name} (FEED_SEED={run.seed}): {fault}") from fault
        run.whole_after.setdefault(name, []).append(time.monotonic() - began)


async def wait_for_publications(stage: FeedStage) -> None:
    """Wait for the next publication of each hub: only then is the fault's effect seen."""
    before, until = stage.heads(), time.monotonic() + WHOLE_WITHIN_S
    while min(stage.heads()[hub] - before[hub] for hub in HUBS) == 0:
        if time.monotonic() > until:
            raise DidNotWork(f"nothing more is published: {before}")
        await asyncio.sleep(LOOK_EVERY_S)


async def wait_for_deliveries(readers: list[Reader]) -> None:
    while given(readers) < LEAST:
        await asyncio.sleep(LOOK_EVERY_S)


def given(readers: list[Reader]) -> int:
    return sum(line.given for _, line in lines(readers))


def lines(readers: list[Reader]) -> list[tuple[str, Line]]:
    """Every reader's line of each hub."""
    return [(hub, line) for reader in readers for hub, line in reader.lines.items()]


def judge(readers: list[Reader], stage: FeedStage, run: ChaosRun) -> None:
    """Fill in the verdict, and close the readers."""
    run.verdict = judged(lines(readers), feed_log.logs(stage.database))
    for reader in readers:
        run.left += reader.left
        run.codes.update(reader.codes)
        reader.leave()


def figures_of(run: ChaosRun) -> list[Figure]:
    """The counts that must be 0, then the faults, slowest first."""
    assert run.verdict
    v, faults = run.verdict, run.whole_after
    count = sum(map(len, faults.values()))
    codes = ", ".join(f"{code} {times:,} ×" for code, times in sorted(run.codes.items()))
    return [
        Figure(
            f"chaos: deliveries to {READERS} readers, {count} faults, FEED_SEED={run.seed}",
            f"{v.given:,}",
            f"in {run.seconds:.0f} s",
            limit=f"≥ {LEAST:,}",
            met=v.given >= LEAST,
        ),
        nothing("chaos: lost", v.lost),
        nothing("chaos: doubled", v.doubled),
        nothing("chaos: out of order", v.out_of_order),
        nothing("chaos: snapshots that nothing called for", v.snapshots),
        nothing("chaos: readers' hubs that differ from the database's log", v.differing),
        Figure("chaos: frames sent again and left", f"{run.left:,}"),
        Figure("chaos: sockets that ended, by close code", codes),
        *(
            Figure(
                f"  {name}: whole after",
                f"{max(seconds):.1f} s",
                f"{len(seconds)} ×, from the fault's beginning",
            )
            for name, seconds in sorted(faults.items(), key=lambda pair: -max(pair[1]))
        ),
    ]


def nothing(what: str, count: int) -> Figure:
    """A count that must be 0."""
    return Figure(what, f"{count:,}", limit="0", met=count == 0)
