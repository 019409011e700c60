"""The fan-out beside what one would otherwise build, and beside the limit: frames to thousands.

The rival is FastAPI on uvicorn with a list of sockets, the limit a raw uvloop server that writes
ready-made bytes. `BENCH_FANOUT="1000 100"` measures only the parts with these names.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import (
    fanout_commit,
    fanout_crowd,
    fanout_kit,
    fanout_outage,
    fanout_rounds,
    fanout_slow,
)
from benchmarks.fanout_phase import DRAIN_S, Scenario
from benchmarks.fanout_rounds import Goals
from benchmarks.fanout_servers import ROOMY, Servers
from benchmarks.feed_stage import FeedStage
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork, staged

MOST_READERS, FEWER_READERS = 11_000, 1_100
HELD_HOURS = 48
ROUNDS = int(os.environ.get("BENCH_FANOUT_ROUNDS") or 2)
MANY, FEW = Scenario(1_000, 100, 5), Scenario(100, 1_000, 5)
NOTES = [
    "fanout: each on a Valkey of its own, in turn (ABC CBA), the same frames of one price from one "
    "publisher that waits for nobody;",
    "  ours is the web process as the Procfile starts it, the rival FastAPI on uvicorn, uvloop a "
    "server that only copies bytes: the limit in Python;",
    "  CPU: of all processes of the server, heartbeats included; a ratio is the median of the "
    "rounds'; a delay goes from publishing to reading;",
    f"  lost: not read within {DRAIN_S} s after the last was published;",
    *fanout_crowd.NOTES,
    *fanout_slow.NOTES,
    *fanout_outage.NOTES,
    *fanout_commit.NOTES,
]


def measure() -> list[Figure]:
    """The figures of the parts that BENCH_FANOUT names, or of all."""
    parts = chosen(os.environ.get("BENCH_FANOUT", ""))
    fanout_kit.make_room(MOST_READERS if "10000" in parts else FEWER_READERS)
    with ready() as servers:
        return [figure for part in parts for figure in kept(part, servers)]


def many(servers: Servers) -> list[Figure]:
    phases = fanout_rounds.rounds_of(servers, MANY, ROUNDS)
    return fanout_rounds.figures_of(MANY, phases, Goals(to_rival=0.5, to_limit=1.5, p99_ms=15))


def few(servers: Servers) -> list[Figure]:
    phases = fanout_rounds.rounds_of(servers, FEW, ROUNDS)
    return fanout_rounds.figures_of(FEW, phases, Goals(to_rival=None, to_limit=1.5, p99_ms=5))


Part = Callable[[Servers], list[Figure]]
PARTS: dict[str, Part] = {
    "1000": many,
    "100": few,
    "10000": fanout_crowd.figures,
    "slow": fanout_slow.figures,
    "outage": fanout_outage.figures,
    "commit": fanout_commit.figures,
}


def chosen(names: str) -> list[str]:
    """The parts' names, all if none is asked for. Raises DidNotWork for one that is not there."""
    asked = names.replace(",", " ").split() or [*PARTS]
    if unknown := [name for name in asked if name not in PARTS]:
        raise DidNotWork(f"BENCH_FANOUT names {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    return asked


def kept(name: str, servers: Servers) -> list[Figure]:
    """A part's figures. One that does not work is a line, so that the others' figures remain."""
    try:
        return PARTS[name](servers)
    except DidNotWork as fault:
        sys.stderr.write(f"{fault}\n")
        return [
            Figure(f"fanout {name}: did not work", "", str(fault).partition("\n")[0], met=False)
        ]


@contextmanager
def ready() -> Iterator[Servers]:
    """A stage with a filled database, and the compiled load generator."""
    with staged() as stage, tempfile.TemporaryDirectory(prefix="caiso-live-fanout-") as folder:
        kit = fanout_kit.compiled(Path(folder))
        feed = FeedStage(replace(stage, environ={**stage.environ, **ROOMY}))
        stage.answer("fill", HELD_HOURS)
        yield Servers(feed, kit)
