"""Politeness and promptness over many minutes: `make soak MINUTES=15`.

A simulator that enforces CAISO's five seconds and logs each request; the whole stack with a
second worker beside it; backfills one after the other; and a reader of the live feed, which
notes how long after its publication each new real-time interval came.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import websockets

from deploy import free_ports
from simulator.publication import Timetable, published_at
from simulator.reports import Market
from simulator.spacing import closest_pair
from simulator.trade_days import slots_between
from tests.stack.running import ROOT, Stack, running_stack, wait_until

SEED = 1
CLOSEST_SECONDS = 5


def main() -> None:
    """Run for as long as asked, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    minutes = parser.parse_args().minutes
    folder = tempfile.mkdtemp(prefix="caiso-live-soak-")
    print(f"state and log in {folder}", flush=True)
    with ExitStack() as running:
        log = Path(folder) / "requests.jsonl"
        port = free_ports.reserve()
        running.enter_context(program("manage.py", "simulate_oasis", *simulator(port, log)))
        url = f"http://127.0.0.1:{port}/oasisapi"
        began = time.monotonic()
        stack = running.enter_context(running_stack(Path(folder), url))
        wait_until(lambda: is_up(stack), 60, "the stack is up")
        up = time.monotonic()
        environment = of(stack, Path(folder), url)
        running.enter_context(second_worker(environment))
        wait_until(lambda: is_filled(stack), 120, "48 hours of three hubs")
        print(
            f"up after {up - began:.1f} s; 48 h of three hubs {time.monotonic() - up:.1f} s later"
        )
        backfills = subprocess.Popen(
            [sys.executable, "-c", BACKFILLS, f"{minutes * 60}"], env=environment, cwd=ROOT
        )
        delays = asyncio.run(listen(stack, minutes * 60))
        end_tree(backfills)
        report(log, delays)


def end_tree(process: "subprocess.Popen[bytes]") -> None:
    """End a program and what it started."""
    for child in psutil.Process(process.pid).children(recursive=True):
        child.terminate()
    process.terminate()
    process.wait(timeout=15)


BACKFILLS = """
import subprocess, sys, time
from datetime import date, timedelta
until = time.monotonic() + float(sys.argv[1])
month = date.today().replace(day=1) - timedelta(days=1)
while time.monotonic() < until:
    first = month.replace(day=1)
    for market in ("RTM", "RTPD", "DAM"):
        subprocess.run([sys.executable, "manage.py", "backfill", "--market", market,
                        "--start", str(first), "--end", str(month)], check=True)
    month = first - timedelta(days=1)
"""


def simulator(port: int, log: Path) -> list[str]:
    """The options of a simulator that enforces the limit."""
    return ["--port", str(port), "--log", str(log), "--seed", str(SEED)]


@contextmanager
def program(*words: str, env: dict[str, str] | None = None) -> Iterator[None]:
    """A Python program that runs beside us and is ended with us."""
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env or environ())
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=15)


def environ() -> dict[str, str]:
    """Our environment, with the simulator's settings."""
    return os.environ | {"SOURCE": "simulator", "SECRET_KEY": "of the soak"}


def of(stack: Stack, var_dir: Path, url: str) -> dict[str, str]:
    """What a program needs to work on the stack's database and Redis."""
    chosen = {"VAR_DIR": str(var_dir), "OASIS_URL": url}
    chosen["REDIS_URL"] = f"redis://127.0.0.1:{stack.port + 1}/0"
    return environ() | chosen


def second_worker(environment: dict[str, str]) -> AbstractContextManager[None]:
    """Another worker on the same queues."""
    words = ("-m", "celery", "-A", "caisoproject", "worker", "-n", "second@%h")
    queues = ("-Q", "poll,alerts", "--concurrency", "1", "--without-gossip", "--without-mingle")
    return program(*words, *queues, env=environment)


def is_up(stack: Stack) -> bool:
    """Whether the web process answers."""
    return stack.get("/api/current") is not None


def is_filled(stack: Stack) -> bool:
    """Whether each hub has prices now and 48 hours of history."""
    for hub in ("SP15", "NP15", "ZP26"):
        now = stack.get(f"/api/current?hub={hub}")
        if not now or now["rt_price"] is None or now["da_price"] is None:
            return False
        history = stack.get(f"/api/history/48?hub={hub}")
        if not history or len(history["prices"]) < 560:
            return False
    return True


async def listen(stack: Stack, seconds: float) -> list[tuple[str, float]]:
    """Seconds from publication to arrival for each new SP15 interval."""
    delays = []
    until = time.monotonic() + seconds
    host = f"127.0.0.1:{stack.port}"
    async with websockets.connect(
        f"ws://{host}/ws?hubs=SP15", origin=f"http://{host}", max_size=None
    ) as socket:
        while (left := until - time.monotonic()) > 0:
            try:
                frame = json.loads(await asyncio.wait_for(socket.recv(), left))
            except TimeoutError:
                break
            for event in frame.get("events", []):
                delay = delay_of(event)
                if delay is not None:
                    delays.append((event["interval_start"], delay))
    return delays


def delay_of(event: dict[str, object]) -> float | None:
    """How long ago the simulator published a new real-time interval; None for old ones."""
    if event.get("kind") != "price" or event.get("market") != "RTM":
        return None
    start = datetime.fromisoformat(str(event["interval_start"])).timestamp()
    now = time.time()
    [slot] = slots_between(start, start + 300, 300)
    shown = published_at(SEED, Timetable(), Market.RTM, slot)
    return None if shown is None or now - shown > 600 else round(now - shown, 2)


def report(log: Path, delays: list[tuple[str, float]]) -> None:
    """What the simulator's own log says, and how prompt the feed was; an end in failure if rude."""
    lines = log.read_text().splitlines()
    refused = sum(json.loads(line)["outcome"] in ("429", "html_200") for line in lines)
    closest = closest_pair(lines)
    print(f"{len(lines)} requests, {refused} refused, closest pair {closest} s apart")
    for start, delay in delays:
        print(f"interval {start}: on the feed {delay:.1f} s after its publication")
    if refused or closest is None or closest < CLOSEST_SECONDS:
        sys.exit("OASIS would have refused us")


if __name__ == "__main__":
    main()
