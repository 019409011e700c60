"""What a task does is logged with its id, and with that of the request that sent it.

The request's id, and the trace it belongs to, are headers of the task's message.
"""

from typing import Any

import structlog
from celery.signals import before_task_publish, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

log = structlog.get_logger(__name__)
REQUEST_ID = "caiso_request_id"


@before_task_publish.connect
def send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Put the id of the request at hand into the message of a task."""
    if headers is not None and (request_id := get_contextvars().get("request_id")):
        headers[REQUEST_ID] = request_id


@task_prerun.connect
def begin(task_id: str, task: Any, **_: Any) -> None:
    """From now on every line says whose it is."""
    known = {"task_id": task_id, "task": task.name}
    if request_id := getattr(task.request, REQUEST_ID, None):
        known["request_id"] = str(request_id)
    bind_contextvars(**known)


@task_postrun.connect
def end(**_: Any) -> None:
    unbind_contextvars("task_id", "task", "request_id")
