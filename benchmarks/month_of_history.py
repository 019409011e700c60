"""How long a month of `/api/history` takes beside the bare query, and in how much memory."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.figures import Figure, Rounds
from benchmarks.stage import DidNotWork, Stage
from deploy.paths import ROOT

HOURS = 744
MONTH = f"/api/history/{HOURS}?hub=SP15&market=RTM"
AS_BROWSERS = {"Accept-Encoding": "gzip"}
ROUNDS, WARMING_UP = 15, 3
MOST_TIMES_BARE = 3
MOST_MB = 20
FORGET_THE_PEAK = "5"
NOTES = [
    "a month: 8,928 prices to the last byte, gzipped as for a browser; bare query: all columns of "
    "the same rows as tuples,",
    "  through the connection that Django opens, in a process of its own; each in turn.",
]


def measured(stage: Stage, web: int) -> list[Figure]:
    """The ratio, and the web process's growth while it answers as often."""
    answered(stage, WARMING_UP)
    with bare_query(stage) as bare:
        bare_seconds(bare)
        before = remembered(web)
        pairs = [(*answered(stage, 1), bare_seconds(bare)) for _ in range(ROUNDS)]
    grown = in_status(web, "VmHWM") - before
    ours, floor = zip(*pairs, strict=True)
    return [ratio(Rounds(ours, floor)), growth(grown)]


def ratio(rounds: Rounds) -> Figure:
    return Figure(
        what=f"/api/history: a month, median of {len(rounds.ours)} rounds",
        ours=f"{rounds.seconds * 1000:.0f} ms",
        floor=f"{rounds.floor_seconds * 1000:.0f} ms bare query",
        ratio=rounds.ratio,
        limit=f"≤ {MOST_TIMES_BARE} ×",
        met=rounds.ratio <= MOST_TIMES_BARE,
    )


def growth(grown_bytes: int) -> Figure:
    megabytes = grown_bytes / 1e6
    return Figure(
        what=f"/api/history: growth of the web process at the peak of {ROUNDS} months",
        ours=f"{megabytes:.1f} MB",
        limit=f"≤ {MOST_MB} MB",
        met=megabytes <= MOST_MB,
    )


def answered(stage: Stage, count: int) -> list[float]:
    """Seconds of each of `count` answers. Raises DidNotWork."""
    connection = HTTPConnection("127.0.0.1", stage.plan.port, timeout=30)
    times = []
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", MONTH, headers=AS_BROWSERS)
        response = connection.getresponse()
        response.read()
        times.append(time.perf_counter() - began)
        if response.status != 200:
            raise DidNotWork(f"{MONTH} answered {response.status}")
    connection.close()
    return times


@contextmanager
def bare_query(stage: Stage) -> Iterator["subprocess.Popen[str]"]:
    """The program that runs the bare query whenever it is asked."""
    command = [sys.executable, "-m", "benchmarks.bare_history", str(HOURS)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=stage.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield process
        process.communicate(timeout=10)


def bare_seconds(process: "subprocess.Popen[str]") -> float:
    """What the program says of one query."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    return float(process.stdout.readline())


def remembered(pid: int) -> int:
    """A process's resident memory; from here on its peak is counted."""
    Path(f"/proc/{pid}/clear_refs").write_text(FORGET_THE_PEAK)
    return in_status(pid, "VmRSS")


def in_status(pid: int, name: str) -> int:
    """Memory of a process in bytes: VmRSS is the present, VmHWM the peak."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
