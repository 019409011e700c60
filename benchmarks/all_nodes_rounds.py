"""A program: loads a GroupZip of all nodes, alternating with a bare COPY of the rows it makes."""

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.parse_peak import CLEAR_REFS, FORGET_THE_PEAK, resident  # noqa: E402
from prices.files import load  # noqa: E402
from prices.history import COLUMNS  # noqa: E402
from prices.models import Price  # noqa: E402

TABLE, NAMES = Price._meta.db_table, ", ".join(COLUMNS)
Rows = list[tuple[Any, ...]]


def main(path: str, count: str) -> None:
    hour = Path(path)
    call_command("migrate", interactive=False, verbosity=0)
    CLEAR_REFS.write_text(FORGET_THE_PEAK)
    idle = resident("VmRSS")
    busy = time.process_time()
    first = loaded(hour)
    busy = time.process_time() - busy
    peak = resident("VmHWM")
    again = loaded(hour)
    measured: dict[str, Any] = {"first": first, "again": again, "ours": [], "floor": []}
    for _ in range(int(count)):
        emptied()
        measured["ours"].append(loaded(hour))
        measured["floor"].append(copied(emptied()))
    prices = Price.objects.count()
    measured |= {"prices": prices, "cpu": busy, "idle_bytes": idle, "peak_bytes": peak}
    json.dump(measured, sys.stdout)


def loaded(hour: Path) -> float:
    """Seconds to load the file, as `manage.py load` does."""
    gc.collect()
    began = time.perf_counter()
    load(hour, only=None, now=timezone.now())
    return time.perf_counter() - began


def emptied() -> Rows:
    """Empty the table of prices. Returns what was in it, in the order it was stored."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NAMES} FROM {TABLE} ORDER BY ctid")
        rows: Rows = cursor.fetchall()
        cursor.execute(f"TRUNCATE {TABLE}")
    return rows


def copied(rows: Rows) -> float:
    """Seconds to store the rows with COPY alone."""
    gc.collect()
    began = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {TABLE} ({NAMES}) FROM STDIN") as stream,
    ):
        for row in rows:
            stream.write_row(row)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
