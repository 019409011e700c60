"""A worker as a process of its own; what it does not hold is in `test_beat.py`."""

import os
import subprocess
import sys

import pytest

from caisoproject.worker_program import ROOM_MB, TRACING_MB, most_kib

SAYS_WHAT_IT_IS = """
from caisoproject.worker_program import app, main
app.Worker.start = lambda worker: print(
    worker.hostname, *app.amqp.queues.consume_from, worker.concurrency, worker.max_memory_per_child
)
main(["poller@here", "poll,backfill"])
"""


@pytest.mark.parametrize(
    ("endpoint", "room_mb"),
    [("", ROOM_MB), ("http://127.0.0.1:4318", ROOM_MB + TRACING_MB)],
)
def test_a_child_may_take_more_than_it_began_with_and_what_tracing_takes(
    endpoint: str, room_mb: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    assert most_kib(100) == (100 + room_mb) * 1024


@pytest.mark.process
def test_a_worker_takes_its_queues_in_their_order_with_one_child_that_does_not_grow() -> None:
    environ = os.environ | {"PYTHONWARNINGS": "ignore"}  # Celery warns root
    ask = [sys.executable, "-c", SAYS_WHAT_IT_IS]
    name, *queues, children, most = subprocess.check_output(ask, env=environ, text=True).split()
    assert (name, queues, children) == ("poller@here", ["poll", "backfill"], "1")
    assert int(most) > most_kib(0)
