"""Lines of a task have its id, and that of the request that sent it; ids of proxies are believed
from proxies alone."""

from typing import Any

import pytest
from celery import Celery
from structlog.contextvars import bound_contextvars, get_contextvars

from caisoproject import task_context
from caisoproject.request_log import GIVEN, PROXIED, identified, request_id
from live.wire import Message

assert task_context


@pytest.fixture
def celery() -> Celery:
    """An application whose messages stay in memory."""
    app = Celery("tests", broker="memory://", backend=None, set_as_current=False)
    app.conf.task_ignore_result = True
    return app


def test_a_task_is_logged_with_its_id_and_that_of_the_request_that_sent_it(celery: Celery) -> None:
    seen: list[dict[str, Any]] = []

    @celery.task(name="tests.note")
    def note() -> None:
        seen.append(dict(get_contextvars()))

    with bound_contextvars(request_id="0123456789abcdef"):
        sent = note.apply_async()
    assert run_next(celery, note) == sent.id
    assert seen == [
        {"task_id": sent.id, "task": "tests.note", "request_id": "0123456789abcdef"},
    ]
    assert "task_id" not in get_contextvars(), "the next task has its own"


def run_next(celery: Celery, task: Any) -> str:
    """Take the message as a worker does, and trace the task with it."""
    from celery.app.trace import build_tracer

    with celery.connection_for_read() as connection:
        message = connection.SimpleQueue(celery.conf.task_default_queue).get(timeout=5)
    request = {**message.headers, "delivery_info": {}, "headers": message.headers, "hostname": "x"}
    build_tracer(task.name, task, app=celery)(message.headers["id"], (), {}, request)
    return str(message.headers["id"])


@pytest.mark.parametrize(
    ("given", "proxied", "is_taken"),
    [
        (b"0af7651916cd43dd8448eb211c80319c", True, True),
        (b"7b1f0c1e-7d1c-4a0a-9a5e-6f6c1d2e3f40", True, True),
        (b"0af7651916cd43dd8448eb211c80319c", False, False),
        (b"short", True, False),
        (b"a" * 65, True, False),
        (b"has a blank in it", True, False),
        (b"line\nbreak-in-it", True, False),
        (b"line-break-behind\n", True, False),
        (b"-begins-with-a-dash", True, False),
        (b"", True, False),
    ],
)
def test_an_id_is_taken_over_from_a_trusted_proxy_if_it_is_one(
    given: bytes, proxied: bool, is_taken: bool
) -> None:
    scope: Message = {"headers": [(b"x-request-id", given)], PROXIED: proxied}
    known = request_id(scope)
    assert (known.encode() == given) == is_taken
    assert GIVEN.fullmatch(known.encode())


async def test_each_connection_has_an_id_while_it_lasts() -> None:
    seen: list[str] = []

    async def application(*_: Any) -> None:
        seen.append(get_contextvars()["connection_id"])

    async def nothing(*_: Any) -> Any: ...

    for _ in range(2):
        await identified(application)({"type": "websocket"}, nothing, nothing)
    assert len(set(seen)) == 2
    assert "connection_id" not in get_contextvars()
