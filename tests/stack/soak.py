"""Turns and promptness over many minutes: `make soak MINUTES=15 NODES=23`.

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
from simulator.operating_dates import slots_between
from simulator.publication import Timetable, published_at
from simulator.reports import Market
from simulator.spacing import closest_pair
from tests.stack.running import ROOT, Stack, running_stack, wait_until

SEED = 1
CLOSEST_SECONDS = 5


def main() -> None:
    """Run for as long as asked, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--nodes", type=int, default=3, help="tracked nodes, 40 at most")
    options = parser.parse_args()
    minutes = options.minutes
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
        track(options.nodes, environment)
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
        lacking = check_held(environment)
        report(log, delays)
        if lacking:
            sys.exit(f"not held: {lacking}")


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


TRACK = """
import sys
from prices.models import Node
from simulator.pricing_nodes import DEFAULT_NODES
for name in DEFAULT_NODES[: int({nodes})]:
    slug = name.lower().replace("_", "-").replace(".", "-")
    Node.objects.filter(oasis_name=name).exists() or Node.objects.create(slug=slug, oasis_name=name)
"""
# Every interval that was out five minutes ago, but what the simulator never publishes.
HELD = """
import time
from datetime import UTC, datetime, timedelta
from prices.models import Node, Price
from simulator.publication import Timetable, published_at
from simulator.reports import Market
from simulator.operating_dates import slots_between
now = time.time()
for market in Market:
    slots = slots_between(now - 3 * 3600, now + 3600, market.seconds)
    out = [(s, published_at({seed}, Timetable(), market, s)) for s in slots]
    due = {{datetime.fromtimestamp(s.epoch, UTC) for s, at in out if at and at < now - 300}}
    for node in Node.objects.filter(tracked=True):
        rows = Price.objects.filter(node=node, market=market.value, interval_start__in=due)
        held = set(rows.values_list("interval_start", flat=True))
        newest = rows.order_by("-interval_start").first()
        print("HELD", node, market, len(held), "of", len(due), newest and newest.interval_start)
        for start in sorted(due - held):
            print("LACKS", node, market, start)
"""


def shell(code: str, environment: dict[str, str]) -> str:
    """What a piece of code prints on the stack's database."""
    words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    done = subprocess.run(
        words, env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def track(nodes: int, environment: dict[str, str]) -> None:
    """Track more nodes than the three hubs."""
    shell(TRACK.format(nodes=nodes), environment)


def check_held(environment: dict[str, str]) -> int:
    """Print what is held of every market of every node. Returns how many intervals lack."""
    lines = shell(HELD.format(seed=SEED), environment).splitlines()
    print("\n".join(lines))
    return sum(line.startswith("LACKS") for line in lines)


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
    """Another poller."""
    words = ("-m", "caisoproject.worker_program", "second@%h", "poll,backfill")
    return program(*words, env=environment)


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
