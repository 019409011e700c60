"""The memory of the whole stack, as `make run SOURCE=simulator` starts it."""

import signal
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, suppress

import psutil

from battery import asking
from benchmarks.figures import Figure
from benchmarks.stage import DidNotWork, Stage, staged
from prices import redis_factory

HUBS = ("NP15", "SP15", "ZP26")
LAUNCHER = "python -m deploy.run"
PRICES_WITHIN_S = 100
SETTLING_S = 20
SAMPLES, BETWEEN_S = 5, 1
ENDS_WITHIN_S = 15
MOST_MB = 350
CALCULATING = "calculating"
# A price may be waited for; how often it is looked at, and how long it stays without work.
ADVICE_WITHIN_S, LOOK_EVERY_S, KEPT_S = 90, 0.02, 5
NOTES = [
    "stack: PSS from /proc/*/smaps_rollup of the launcher and all below it, "
    f"{SETTLING_S} s after all hubs had prices;",
    f"  median of {SAMPLES} looks; MB are 1,000,000 bytes;",
    "  what calculates for batteries comes with its work and ends after it: its peak stands below.",
]
# What identifies a process in its command line, in the order in which it is looked for.
MARKS = {
    "simulate_oasis": "simulator",
    "caisoproject.web": "web",
    "poller@": "poller",
    "worker@": "worker",
    "beat": "beat",
    "caisoproject.analyst": "analyst",
    "caisoproject.calculating": CALCULATING,
    "valkey": "valkey",
    "deploy.run": "launcher",
}
Megabytes = dict[str, float]


def measure() -> list[Figure]:
    """The sum without and with the simulator, each process, and how long it took to end."""
    with staged() as stage, launched(stage) as launcher:
        waited = stage.wait_until(lambda: has_prices(stage), PRICES_WITHIN_S, "prices")
        time.sleep(SETTLING_S)
        used = settled(launcher.pid)
        advising = peak_while_advising(stage, launcher.pid)
        ended = seconds_to_end(launcher)
    return [*figures_of(used, waited, ended), figure_of_advice(*advising)]


def launched(stage: Stage) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The launcher, and through it the stack."""
    kept = {"ANALYST_KEEP_S": str(KEPT_S)}
    return stage.running(LAUNCHER, environ=stage.before_the_launcher | kept)


def has_prices(stage: Stage) -> bool:
    """Whether every hub shows a real-time and a day-ahead price."""
    shown = (stage.get(f"/api/current?hub={hub}") for hub in HUBS)
    return all(a and None not in (a["rt_price"], a["da_price"]) for a in shown)


def settled(pid: int) -> Megabytes:
    """The median of each process over five samples."""
    looks = []
    for _ in range(SAMPLES):
        looks.append(by_name(pid))
        time.sleep(BETWEEN_S)
    names = {name for look in looks for name in look}
    return {name: statistics.median(look.get(name, 0) for look in looks) for name in sorted(names)}


def by_name(pid: int) -> Megabytes:
    """PSS of the process and all its descendants, by name."""
    root = psutil.Process(pid)
    used: Megabytes = {}
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a child of the analyst that has just ended
            name = called(" ".join(process.cmdline()))
            used[name] = used.get(name, 0) + process.memory_full_info().pss / 1e6
    return used


def peak_while_advising(stage: Stage, pid: int) -> tuple[float, float]:
    """The largest PSS and RSS, in MB, of the process that gives advice and looks for schedules.

    What it gave before is forgotten; it gives it again once a price is held that allows it.
    """
    pss = rss = 0.0
    until = time.monotonic() + ADVICE_WITHIN_S
    with closing(sqlite3.connect(stage.plan.state / "db.sqlite3", timeout=20)) as database:
        forget_advice(database)
        while not (done := has_advice(database)) and time.monotonic() < until:
            ask_for_advice(stage)
            looked = time.monotonic() + 1
            while time.monotonic() < looked:
                pss, rss = map(max, (pss, rss), largest(pid))
                time.sleep(LOOK_EVERY_S)
    if not done:
        raise DidNotWork(f"no advice within {ADVICE_WITHIN_S} s")
    return pss, rss


def forget_advice(database: sqlite3.Connection) -> None:
    with database:
        database.execute("DELETE FROM battery_advice")


def has_advice(database: sqlite3.Connection) -> bool:
    found = database.execute("SELECT EXISTS (SELECT 1 FROM battery_advice)")
    return bool(found.fetchone()[0])


def ask_for_advice(stage: Stage) -> None:
    with redis_factory.client(stage.plan.redis_url) as client:
        client.rpush(asking.QUICK, '{"do": "advise"}')


def largest(pid: int) -> tuple[float, float]:
    """PSS and RSS of what calculates, in MB; the largest of each."""
    pss = rss = 0.0
    for process in calculating(pid):
        with suppress(psutil.NoSuchProcess):
            used = process.memory_full_info()
            pss, rss = max(pss, used.pss / 1e6), max(rss, used.rss / 1e6)
    return pss, rss


def calculating(pid: int) -> list[psutil.Process]:
    """What calculates for batteries below the launcher."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if called(" ".join(process.cmdline())) == CALCULATING:
                found.append(process)
    return found


def called(command_line: str) -> str:
    """The Procfile's name for a process."""
    return next((name for mark, name in MARKS.items() if mark in command_line), command_line[:20])


def seconds_to_end(launcher: subprocess.Popen[bytes]) -> float:
    """How long the stack takes to end after Ctrl-C. Raises DidNotWork if anything is left."""
    below = psutil.Process(launcher.pid).children(recursive=True)
    began = time.monotonic()
    launcher.send_signal(signal.SIGINT)
    try:
        launcher.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired as fault:
        raise DidNotWork(f"the stack did not end within {ENDS_WITHIN_S} s of Ctrl-C") from fault
    if left := [process for process in below if process.is_running()]:
        raise DidNotWork(f"left after Ctrl-C: {left}")
    return time.monotonic() - began


def figures_of(used: Mapping[str, float], waited: float, ended: float) -> list[Figure]:
    """The sums, then the processes, largest first."""
    total = sum(megabytes for name, megabytes in used.items() if name != CALCULATING)
    ours = total - used.get("simulator", 0)
    by_size = sorted(used.items(), key=lambda pair: -pair[1])
    return [
        Figure(
            "stack: PSS of all processes, without the simulator",
            f"{ours:.0f} MB",
            limit=f"≤ {MOST_MB} MB",
            met=ours <= MOST_MB,
        ),
        Figure("stack: the same with the simulator", f"{total:.0f} MB"),
        *(Figure(f"  {name}", f"{megabytes:.1f} MB") for name, megabytes in by_size),
        Figure("stack: from its start to prices at all hubs", f"{waited:.0f} s"),
        Figure("stack: from Ctrl-C to its end, nothing left", f"{ended:.1f} s"),
    ]


def figure_of_advice(pss: float, rss: float) -> Figure:
    """What the stack takes besides while advice is given."""
    what = "stack: PSS of what calculates, at its peak for advice"
    return Figure(what, f"{pss:.1f} MB", f"{rss:.1f} MB RSS")
