"""One reader in twenty never reads: what that does to the others, and to the server's memory."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from benchmarks.fanout_load import reading
from benchmarks.fanout_phase import SETTLING_S, Phase, Scenario, phase
from benchmarks.fanout_rounds import middle, say, wrong_figures
from benchmarks.fanout_servers import OURS, RIVAL, Servers
from benchmarks.figures import Figure

READERS, SLOW = 950, 50
# In eight seconds 370 KB are published: more than may wait for a reader.
RATE, LASTS_S = 100, 8
LOOK_EVERY_S = 0.25
# The same twice in turn differ by this much on a machine with two cores.
MOST_RATIO, MOST_MORE_MS = 1.25, 2
MOST_MB = 5
NOTES = [
    f"  slow: {READERS} readers, and in every other round {SLOW} more that never read; the others' "
    f"p99 is unchanged if it is within {MOST_RATIO:g} × or {MOST_MORE_MS} ms;",
    "  growth: of the server's memory (PSS) at the most, above what it was with all connected; MB "
    "are 1,000,000 bytes.",
]


class Watched(NamedTuple):
    """A phase, and how much the server grew at the most."""

    phase: Phase
    growth_mb: float


def figures(servers: Servers) -> list[Figure]:
    """Without, with, with, without; and the rival once with them."""
    turns = [0, SLOW, SLOW, 0]
    rounds = [(slow, watched(servers, OURS, slow)) for slow in turns]
    beside = watched(servers, RIVAL, SLOW)
    calm = [watched for slow, watched in rounds if not slow]
    return slow_figures(calm, [watched for slow, watched in rounds if slow], beside)


def watched(servers: Servers, name: str, slow: int) -> Watched:
    """One phase with so many that never read."""
    scenario = Scenario(READERS + slow, RATE, LASTS_S)
    with (
        servers.running(name) as server,
        reading(
            servers.kit.load_generator, server.port, server.path, scenario.readers, slow
        ) as load,
    ):
        load.opened()
        time.sleep(SETTLING_S)
        done, growth_mb = while_looking(
            server.memory_mb, lambda: phase(servers, server, load, scenario, slow)
        )
    say(f"{name} with {slow} slow", scenario, done)
    return Watched(done, growth_mb)


def while_looking(memory_mb: Callable[[], float], work: Callable[[], Phase]) -> tuple[Phase, float]:
    """Do the work, and see how far the memory rises meanwhile."""
    before = most = memory_mb()
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        while not working.done():
            time.sleep(LOOK_EVERY_S)
            most = max(most, memory_mb())
    return working.result(), most - before


def slow_figures(calm: Sequence[Watched], slow: Sequence[Watched], rival: Watched) -> list[Figure]:
    """The others' p99, the growth, and what the others lost."""
    without, beside = p99_ms(calm), p99_ms(slow)
    growth = max(each.growth_mb for each in slow)
    what = f"fanout with {SLOW} that never read"
    return [
        Figure(
            f"{what}: the others' delay, p99",
            f"{beside:.1f} ms",
            f"{without:.1f} ms without them; {rival.phase.delay_ms('p99'):,.1f} ms rival with",
            beside / without,
            f"≤ {MOST_RATIO:g} ×",
            is_unchanged(without, beside),
        ),
        Figure(
            f"{what}: growth of the server",
            f"{growth:+.1f} MB",
            f"{max(each.growth_mb for each in calm):+.1f} MB without them; "
            f"{rival.growth_mb:+.1f} MB rival",
            limit=f"< {MOST_MB} MB",
            met=growth < MOST_MB,
        ),
        *wrong_figures(what, {OURS: [each.phase for each in slow], RIVAL: [rival.phase]}),
    ]


def p99_ms(rounds: Sequence[Watched]) -> float:
    return middle([each.phase for each in rounds], lambda phase: phase.delay_ms("p99"))


def is_unchanged(without_ms: float, beside_ms: float) -> bool:
    return beside_ms <= max(without_ms * MOST_RATIO, without_ms + MOST_MORE_MS)
