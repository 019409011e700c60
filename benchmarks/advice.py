"""How soon advice is on an open page after the commit of the price that it waited for."""

import asyncio
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any

from benchmarks.feed_reader import Reader
from benchmarks.feed_stage import FeedStage, Program, opened, procfile_line, watched
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork, staged

DAYS, HUB = 182, "SP15"
# For how many seconds a child without work is kept, and how many prices are committed.
KEPT_S = {"warm": 60, "cold": 1}
SAMPLES = {"warm": 20, "cold": 10}
MOST_TO_PAINTED_S, MOST_STEP_S = 2.0, 0.02
ROUNDS, OPENED_WITHIN_S = 15, 60
NOTES = [
    f"advice: a stack of its own with Valkey, web and analyst; {DAYS} days of made-up prices of "
    "SP15; the example battery; one WebSocket reader",
    "  and one page in a headless Chromium on the same machine. Prices are committed, published, "
    "judged and the analyst woken by the poll",
    "  worker's own code (`caisoproject.tasks.ask`). CAISO has one price in five minutes: each "
    "one after the first of an interval corrects it,",
    "  and the advice that the one before led to is deleted first, so that advice is due again.",
    "  Warm: the process that calculates lives from the price before; cold: it has ended, and is "
    "started. Committed: seen by another connection.",
    "  In a running stack it is started 10 s before a price usually comes: only one that comes "
    "out of time meets it cold.",
]
Measured = dict[str, Any]
Seconds = Sequence[float]


@dataclass
class Followed:
    """What was committed, received and painted, by the machine's monotonic clock."""

    noted: dict[str, list[Measured]] = field(default_factory=dict)
    received: list[tuple[int, float]] = field(default_factory=list)
    painted: list[tuple[int, float]] = field(default_factory=list)
    tile: str = ""

    def took(self, hub: str, prev: int, seq: int, at: float) -> None:
        """A frame of events."""
        if hub == HUB:
            self.received.append((seq, at))


def measure() -> list[Figure]:
    """From the price to the advice on the screen, warm and cold; and the step alone."""
    if find_spec("playwright") is None:
        raise DidNotWork("The page is measured with Playwright, which is not here: make setup-dev.")
    with advised_stage() as stage:
        followed = asyncio.run(follow(stage))
        alone = stage.stage.answer("advice_step", ROUNDS)
    if followed.tile != alone["reason"]:
        raise DidNotWork(f"the tile says {followed.tile!r}, the advice {alone['reason']!r}")
    figures = [figure for name in SAMPLES for figure in figures_of(name, followed)]
    return [*figures, *steps_alone(alone), price_painted(followed)]


@contextmanager
def advised_stage() -> Iterator[FeedStage]:
    """A stage with half a year of SP15's prices, and its web process."""
    with staged() as stage:
        feed_stage = FeedStage(stage)
        try:
            stage.answer("advice_fill", DAYS)
            feed_stage.start_programs()
            yield feed_stage
        finally:
            feed_stage.end()


async def follow(stage: FeedStage) -> Followed:
    """Have prices committed while a reader and a page are open."""
    found = Followed()
    reader = Reader(stage.stage.url, found.took)
    await opened([reader], stage, OPENED_WITHIN_S)
    watching = asyncio.ensure_future(watched([reader]))
    page = asyncio.ensure_future(
        asyncio.to_thread(stage.stage.answer, "advice_page", f"{stage.stage.url}/", stage.orders)
    )
    try:
        await made(stage, "opened", page)
        for temperature in SAMPLES:
            found.noted[temperature] = await asyncio.to_thread(committed, stage, temperature)
    finally:
        stage.order("close")
        watching.cancel()
        reader.leave()
    seen = await page
    found.painted, found.tile = [(seq, at) for seq, at in seen["painted"]], seen["tile"]
    return found


async def made(stage: FeedStage, name: str, page: "asyncio.Future[Any]") -> None:
    """Wait for a file that the page's program makes. Raises DidNotWork."""
    for _ in range(OPENED_WITHIN_S * 10):
        if page.done():
            page.result()
        if (stage.orders / name).exists():
            return
        await asyncio.sleep(0.1)
    raise DidNotWork(f"no page within {OPENED_WITHIN_S} s")


def committed(stage: FeedStage, temperature: str) -> list[Measured]:
    """Each price and its advice. While warm, the first one starts the child, and does not count."""
    kept = {**stage.stage.environ, "ANALYST_KEEP_S": str(KEPT_S[temperature])}
    analyst = Program(replace(stage.stage, environ=kept), procfile_line(stage.stage, "analyst"))
    analyst.start()
    try:
        return samples(stage, temperature, analyst.process.pid)
    finally:
        analyst.end()


def samples(stage: FeedStage, temperature: str, analyst: int) -> list[Measured]:
    first = 1 if temperature == "warm" else 0
    asked = SAMPLES[temperature] + first
    noted: list[Measured] = stage.stage.answer("advice_publisher", asked, analyst, temperature)
    return noted[first:]


def figures_of(temperature: str, followed: Followed) -> list[Figure]:
    """From the price's commit to each station of its advice."""
    noted = followed.noted[temperature]
    received = at_stations(noted, followed.received, "advice_seq")
    painted = at_stations(noted, followed.painted, "advice_seq")
    asked = [one["asked_at"] - one["price_at"] for one in noted]
    made = [one["advice_at"] - one["price_at"] for one in noted]
    what = f"advice, {temperature}: price committed to advice"
    return [
        Figure(f"advice, {temperature}: price committed to analyst woken", *spread(asked)),
        Figure(f"{what} committed", *spread(made)),
        Figure(f"{what} at a WebSocket", *spread(received)),
        to_painted(f"{what} painted, the worst of {len(painted)}", painted),
    ]


def at_stations(
    noted: Iterable[Mapping[str, Any]], arrived: Sequence[tuple[int, float]], name: str
) -> list[float]:
    """Seconds from each price's commit until a seq had arrived. Raises DidNotWork."""
    waits = []
    for one in noted:
        there = [at for seq, at in arrived if seq >= one[name]]
        if not there:
            raise DidNotWork(f"{name} {one[name]:.0f} never arrived")
        waits.append(min(there) - one["price_at"])
    return waits


def spread(seconds: Seconds) -> tuple[str, str]:
    """The median, and the worst."""
    return milliseconds(statistics.median(seconds)), f"{milliseconds(max(seconds))} at the most"


def to_painted(what: str, seconds: Seconds) -> Figure:
    return Figure(
        what,
        milliseconds(max(seconds)),
        f"{milliseconds(statistics.median(seconds))} median",
        limit=f"≤ {MOST_TO_PAINTED_S:g} s",
        met=max(seconds) <= MOST_TO_PAINTED_S,
    )


def steps_alone(alone: Measured) -> list[Figure]:
    """To read what is known, and the policy's step."""
    step = statistics.median(alone["decided"])
    return [
        Figure("advice: to read what is known", *spread(alone["read"])),
        Figure(
            f"advice: the policy's step, learned from {alone['learned']:,} intervals",
            *spread(alone["decided"]),
            limit=f"≤ {milliseconds(MOST_STEP_S)}",
            met=step <= MOST_STEP_S,
        ),
    ]


def price_painted(followed: Followed) -> Figure:
    """The price itself on the same page."""
    noted = [one for some in followed.noted.values() for one in some]
    waits = at_stations(noted, followed.painted, "price_seq")
    return Figure("advice: price committed to price painted, same page", *spread(waits))


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
