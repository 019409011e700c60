"""A pytest plugin for the run on PostgreSQL: which modules of ours wrote, and which tables."""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

ROOT = Path(__file__).resolve().parents[1]
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
noted: dict[str, set[str]] = {"modules": set(), "tables": set()}


def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
    """An execute_wrapper."""
    if found := WRITE.match(sql):
        noted["tables"].add(found[1])
        noted["modules"].update(ours())
    return execute(sql, parameters, many, context)


def ours() -> Iterator[str]:
    """The files of ours that are at work."""
    frame = sys._getframe(2)
    while frame := frame.f_back:
        if frame.f_code.co_filename.startswith(f"{ROOT}/"):
            yield str(Path(frame.f_code.co_filename).relative_to(ROOT))


def pytest_configure() -> None:
    connection_created.connect(watch)


def watch(connection: Any, **_: Any) -> None:
    if note not in connection.execute_wrappers:
        connection.execute_wrappers.append(note)


def pytest_sessionfinish() -> None:
    if at := os.environ.get("WRITTEN"):
        Path(at).write_text(json.dumps({what: sorted(names) for what, names in noted.items()}))
