"""How long `/api/current` and `/api/history` take, beside a view that answers "ok"."""

import time
from contextlib import ExitStack
from http.client import HTTPConnection

from benchmarks import month_of_history
from benchmarks.figures import Figure, percentile
from benchmarks.stage import DidNotWork, Stage, staged
from deploy import processes, valkey
from deploy.paths import ROOT

OK = "/healthz"
ANSWERS = ("/api/current?hub=SP15", "/api/history/24?hub=SP15&market=RTM")
ROUNDS, A_ROUND = 20, 50
WARMING_UP = 20
HOURS_HELD = 745
NOTES = [
    "HTTP: one client, one request at a time on a kept connection to Daphne as the Procfile "
    f"starts it, {HOURS_HELD} hours of prices held;",
    f"  the paths take turns, {A_ROUND} requests each.",
    *month_of_history.NOTES,
]
Milliseconds = dict[str, list[float]]


def measure() -> list[Figure]:
    """p50 and p99 of each answer, and a month of history beside the bare query."""
    with staged() as stage, ExitStack() as running:
        stage.answer("fill", HOURS_HELD)
        web = start_web(stage, running)
        month = month_of_history.measured(stage, web)
        took = asked(stage.plan.port)
    return [*(figure(path, took, percent) for path in ANSWERS for percent in (50, 99)), *month]


def start_web(stage: Stage, running: ExitStack) -> int:
    """Valkey and the Procfile's web process, once they answer: the id of the latter."""
    folder = stage.plan.state / "valkey"
    line = valkey.configure(folder, stage.plan.valkey_port)
    running.enter_context(stage.running(line, cwd=folder))
    stage.wait_until(lambda: valkey.ask(stage.plan.valkey_port, "PING") == "PONG", 10, "Valkey")
    commands = processes.of_procfile(ROOT / "Procfile", stage.environ)
    web = next(command for command in commands if command.name == "web")
    process = running.enter_context(stage.running(web.line))
    stage.wait_until(lambda: stage.get(ANSWERS[0]) is not None, 30, "the web process")
    return process.pid


def asked(port: int) -> Milliseconds:
    """The times of every path, with the paths alternating."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    took: Milliseconds = {path: [] for path in (OK, *ANSWERS)}
    for path in took:
        answered(connection, path, WARMING_UP)
    for _ in range(ROUNDS):
        for path, times in took.items():
            times += answered(connection, path, A_ROUND)
    connection.close()
    return took


def answered(connection: HTTPConnection, path: str, count: int) -> list[float]:
    """Milliseconds of each of `count` requests, to the last byte. Raises DidNotWork."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - began) * 1000)
        if response.status != 200:
            raise DidNotWork(f"{path} answered {response.status}")
    return times


def figure(path: str, took: Milliseconds, percent: int) -> Figure:
    """One percentile beside the same one of `ok`."""
    ours, floor = percentile(took[path], percent), percentile(took[OK], percent)
    return Figure(
        what=f"{path.partition('?')[0]}: p{percent} of {len(took[path]):,} requests",
        ours=f"{ours:.2f} ms",
        floor=f"{floor:.2f} ms {OK}",
        ratio=ours / floor,
    )
