"""A million deliveries across twenty faults: nothing lost, nothing twice, nothing out of order.

Real processes: Valkey, the web process as the Procfile starts it, SQLite, and a publisher that
stores prices and tells them as a poll does. The readers follow by `live.cursor`; what they
were given is checked beside it, and against the database's own log.
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
class Ordeal:
    """What was seen."""

    seed: int
    seconds: float = 0
    verdict: Verdict | None = None
    whole_after: dict[str, list[float]] = field(default_factory=dict)
    left: int = 0
    codes: Counter[int] = field(default_factory=Counter)


def measure() -> list[Figure]:
    """The verdict, and how long the feed took to be whole after each kind of fault."""
    seed = int(os.environ.get("FEED_SEED") or 1)
    with feed_staged() as stage:
        return figures_of(asyncio.run(endured(stage, seed)))


async def endured(stage: FeedStage, seed: int) -> Ordeal:
    """Every fault, until all of the deliveries are made."""
    ordeal = Ordeal(seed)
    readers = [Reader(stage.stage.url) for _ in range(READERS)]
    began = time.monotonic()
    await opened(readers, stage, WHOLE_WITHIN_S)
    watching = asyncio.ensure_future(watched(readers))
    stage.publish(PAUSE_S, EACH)
    await suffered(stage, readers, ordeal)
    await until_given(readers)
    stage.publisher.end()
    await whole(readers, stage, WHOLE_WITHIN_S)
    await asyncio.sleep(1)  # what comes twice comes late
    watching.cancel()
    judge(readers, stage, ordeal)
    ordeal.seconds = time.monotonic() - began
    return ordeal


async def suffered(stage: FeedStage, readers: list[Reader], ordeal: Ordeal) -> None:
    """The faults, one after the other; each once the feed is whole after the one before."""
    chance = random.Random(ordeal.seed)
    for name in drawn(COUNT, chance):
        await asyncio.sleep(chance.uniform(*BETWEEN_S))
        began = time.monotonic()
        await FAULTS[name](stage, readers, chance)
        try:
            await moved_on(stage)
            await whole(readers, stage, WHOLE_WITHIN_S)
        except DidNotWork as fault:
            raise DidNotWork(f"after {name} (FEED_SEED={ordeal.seed}): {fault}") from fault
        ordeal.whole_after.setdefault(name, []).append(time.monotonic() - began)


async def moved_on(stage: FeedStage) -> None:
    """Wait for the next publication of each hub: only that shows what the fault has done."""
    before, until = stage.heads(), time.monotonic() + WHOLE_WITHIN_S
    while min(stage.heads()[hub] - before[hub] for hub in HUBS) == 0:
        if time.monotonic() > until:
            raise DidNotWork(f"nothing is published any more: {before}")
        await asyncio.sleep(LOOK_EVERY_S)


async def until_given(readers: list[Reader]) -> None:
    """Wait for the last of the deliveries."""
    while given(readers) < LEAST:
        await asyncio.sleep(LOOK_EVERY_S)


def given(readers: list[Reader]) -> int:
    """How many deliveries there were."""
    return sum(line.given for _, line in lines(readers))


def lines(readers: list[Reader]) -> list[tuple[str, Line]]:
    """Every reader's line of each hub."""
    return [(hub, line) for reader in readers for hub, line in reader.lines.items()]


def judge(readers: list[Reader], stage: FeedStage, ordeal: Ordeal) -> None:
    """What came of it, and let the readers go."""
    ordeal.verdict = judged(lines(readers), feed_log.logs(stage.database))
    for reader in readers:
        ordeal.left += reader.left
        ordeal.codes.update(reader.codes)
        reader.leave()


def figures_of(ordeal: Ordeal) -> list[Figure]:
    """Everything that must be nothing, and then the faults, the slowest first."""
    assert ordeal.verdict
    v, faults = ordeal.verdict, ordeal.whole_after
    count = sum(map(len, faults.values()))
    codes = ", ".join(f"{code} {times:,} ×" for code, times in sorted(ordeal.codes.items()))
    return [
        Figure(
            f"chaos: deliveries to {READERS} readers, {count} faults, FEED_SEED={ordeal.seed}",
            f"{v.given:,}",
            f"in {ordeal.seconds:.0f} s",
            limit=f"≥ {LEAST:,}",
            met=v.given >= LEAST,
        ),
        nothing("chaos: lost", v.lost),
        nothing("chaos: doubled", v.doubled),
        nothing("chaos: out of order", v.out_of_order),
        nothing("chaos: snapshots that nothing called for", v.snapshots),
        nothing("chaos: readers' hubs that differ from the database's log", v.differing),
        Figure("chaos: frames sent again and left", f"{ordeal.left:,}"),
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
    """A count that must be nothing."""
    return Figure(what, f"{count:,}", limit="0", met=count == 0)
