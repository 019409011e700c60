"""What a task does is logged with its id, and with that of the request that sent it.

The request's id, and the trace it belongs to, are headers of the task's message.
"""

from contextlib import ExitStack
from typing import Any

from celery.signals import (
    before_task_publish,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
)
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from telemetry import traces

REQUEST_ID, TRACE = "caiso_request_id", "caiso_trace"
around: dict[str, ExitStack] = {}  # the span of each task that runs here


@before_task_publish.connect
def send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Put the ids of the request and the span at hand into the message of a task."""
    if headers is None:
        return
    if request_id := get_contextvars().get("request_id"):
        headers[REQUEST_ID] = request_id
    if trace := traces.current():
        headers[TRACE] = trace


@task_prerun.connect
def begin(task_id: str, task: Any, args: Any = (), **_: Any) -> None:
    """From now on every line says whose it is, and spans are within the task's."""
    known = {"task_id": task_id, "task": task.name}
    if request_id := getattr(task.request, REQUEST_ID, None):
        known["request_id"] = str(request_id)
    bind_contextvars(**known)
    around[task_id] = ExitStack()
    trace = str(getattr(task.request, TRACE, None) or "")
    said = {"task.id": task_id, "task.args": [str(one) for one in args]}
    around[task_id].enter_context(traces.root(task.name, trace, **said))


@task_postrun.connect
def end(task_id: str, **_: Any) -> None:
    around.pop(task_id, ExitStack()).close()
    unbind_contextvars("task_id", "task", "request_id")


@worker_process_init.connect
def trace(**_: Any) -> None:
    """In each child: spans are sent from a thread, and threads do not survive a fork."""
    traces.start("worker")


@worker_process_shutdown.connect
def send_the_last_spans(**_: Any) -> None:
    traces.stop()
