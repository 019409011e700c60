"""A program: stores a month in fresh SQLite files, alternating with a bare executemany."""

import gc
import json
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.made_up_prices import made_up_prices  # noqa: E402
from market.markets import Market  # noqa: E402
from oasis.published import PublishedPrice  # noqa: E402
from prices.history import COLUMNS, record  # noqa: E402
from prices.models import Price  # noqa: E402

NOW = datetime(2026, 11, 20, tzinfo=UTC)
MONTH = timedelta(days=31)
END = {"past": NOW - 2 * MONTH, "recent": NOW}
TABLE = Price._meta.db_table
SELECT = f"SELECT {', '.join(COLUMNS)} FROM {TABLE} ORDER BY rowid"
MARKS = ", ".join("?" * len(COLUMNS))
INSERT = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({MARKS})"


def main(case: str, count: str) -> None:
    prices = list(made_up_prices(Market.RTM, END[case] - MONTH, END[case]))
    database = Path(connection.settings_dict["NAME"])
    empty, bare = migrated(database), database.with_name("bare.sqlite3")
    ours, floor, events = [], [], 0
    for _ in range(int(count)):
        shutil.copy(empty, database)
        took, events = recorded(prices)
        ours.append(took)
        shutil.copy(empty, bare)
        floor.append(executed(bare, stored(database)))
    measured = {"prices": len(prices), "events": events, "ours": ours, "floor": floor}
    json.dump(measured, sys.stdout)


def migrated(database: Path) -> Path:
    """A copy of the database with its tables and the trading hubs, but no prices."""
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    return Path(shutil.copy(database, database.with_name("empty.sqlite3")))


def recorded(prices: list[PublishedPrice]) -> tuple[float, int]:
    """Seconds to store the prices, and how many feed events that made."""
    connection.ensure_connection()
    gc.collect()
    began = time.perf_counter()
    made = record(prices, seen_at=NOW, source="oasis", now=NOW)
    took = time.perf_counter() - began
    connection.close()
    return took, sum(added.seq - added.prev for added in made.feed_ranges)


def stored(database: Path) -> list[tuple[Any, ...]]:
    """The rows in the order they were stored, as ours passes them to SQLite: prices as Decimal."""
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute(SELECT).fetchall()
    first, last = COLUMNS.index("lmp"), COLUMNS.index("ghg") + 1
    return [(*row[:first], *map(five_places, row[first:last]), *row[last:]) for row in rows]


def five_places(value: float) -> Decimal:
    """A number from SQLite as the Decimal that was stored."""
    return Decimal(str(value))


def executed(bare: Path, rows: list[tuple[Any, ...]]) -> float:
    """Seconds to store the rows with sqlite3 alone, in one transaction."""
    with closing(sqlite3.connect(bare, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=NORMAL")
        gc.collect()
        began = time.perf_counter()
        opened.execute("BEGIN IMMEDIATE")
        opened.executemany(INSERT, rows)
        opened.execute("COMMIT")
        return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
