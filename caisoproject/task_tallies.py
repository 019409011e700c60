"""Counts what workers do, by Celery's signals: in the child that runs tasks, and around it.

The child flushes after a task, and as it ends. A task whose child was killed, and one that expired
before its turn, is counted by the main process, whose loop also says that the worker lives.
"""

import time
from typing import Any

from celery.signals import (
    heartbeat_sent,
    task_failure,
    task_postrun,
    task_prerun,
    task_revoked,
    worker_process_shutdown,
    worker_shutdown,
)

from caisoproject import pulses
from telemetry import tallies

running: dict[str, float] = {}


@task_prerun.connect
def begin(task_id: str, **_: Any) -> None:
    running[task_id] = time.monotonic()


@task_postrun.connect
def finish(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    """Count a task that ran here, and how long it took."""
    began = running.pop(task_id, None)
    tallies.count("caiso_tasks", task=task.name, state="done" if state == "SUCCESS" else "failed")
    if began is not None:
        tallies.observe("caiso_task_duration_seconds", time.monotonic() - began, task=task.name)
    pulses.of_tasks().beat_if_due()


@task_failure.connect
def lost(task_id: str, sender: Any = None, **_: Any) -> None:
    """Count a task whose process was killed; where it ran, `finish` does."""
    if task_id not in running:
        tallies.count("caiso_tasks", task=sender.name, state="failed")


@task_revoked.connect
def expired(sender: Any = None, **_: Any) -> None:
    """Count a task that waited for so long that the next one like it has come."""
    tallies.count("caiso_tasks", task=sender.name, state="expired")


@worker_process_shutdown.connect
def end_of_child(**_: Any) -> None:
    pulses.of_tasks().end()


@heartbeat_sent.connect
def alive(sender: Any = None, **_: Any) -> None:
    """Every two seconds, as long as the worker's loop turns."""
    pulses.of_worker(sender.eventer.hostname).beat_if_due()


@worker_shutdown.connect
def end_of_worker(sender: Any = None, **_: Any) -> None:
    pulses.of_worker(sender.hostname).end()
