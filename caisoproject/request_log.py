"""Every request and every WebSocket has an id, which is in each line that is logged for it.

The id of a request goes out with the answer, with the tasks that it sends (`task_context.py`) and,
in JSON logs, in a line of its own when the answer is out. It is taken over from a proxy that is
trusted, as it then is in the proxy's log too; from anybody else it would be theirs to choose.
"""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from live.wire import Message, Receive, Send
from telemetry.log_lines import cut, hidden

log = structlog.get_logger(__name__)
Application = Callable[[Message, Receive, Send], Awaitable[None]]
HEADER = b"x-request-id"
GIVEN = re.compile(rb"[0-9A-Za-z][0-9A-Za-z_-]{7,63}")
PROXIED, NOTED = "caiso.proxied", "caiso.noted"
UNLOGGED = ("/static/", "/healthz", "/readyz", "/metrics", "/favicon.ico")
LONGEST_PATH = 300


def identified(application: Application) -> Application:
    """The application, whose log lines say which request or connection they are about."""

    async def asked(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await answered(application, scope, receive, send)
        elif scope["type"] == "websocket":
            with bound_contextvars(connection_id=new_id()):
                await application(scope, receive, send)
        else:
            await application(scope, receive, send)

    return asked


async def answered(application: Application, scope: Message, receive: Receive, send: Send) -> None:
    """Have one request answered, with its id in the answer."""
    known, noted, began = request_id(scope), {"status": None}, time.monotonic()
    noted_scope = {**scope, NOTED: noted}

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            noted["status"] = message["status"]
            headers = [*message.get("headers", ()), (HEADER, known.encode())]
            message = {**message, "headers": headers}
        await send(message)

    with bound_contextvars(request_id=known):
        try:
            await application(noted_scope, receive, sent)
        finally:
            if settings.LOG_JSON and not scope["path"].startswith(UNLOGGED):
                log.info(
                    "request", **line(scope, noted), ms=round(1000 * (time.monotonic() - began))
                )


def request_id(scope: Message) -> str:
    """The id that a trusted proxy gave it, or a new one."""
    if is_from_trusted_proxy(scope):
        for name, value in scope["headers"]:
            if name == HEADER and GIVEN.fullmatch(value):
                return bytes(value).decode()
    return new_id()


def new_id() -> str:
    return secrets.token_hex(16)


def is_from_trusted_proxy(scope: Message) -> bool:
    """Whether somebody passed it on whose word counts: who decides that marks the scope."""
    return scope.get(PROXIED) is True


def line(scope: Message, noted: dict[str, Any]) -> dict[str, Any]:
    """What is said of a request. `status` is None if its client did not wait for an answer."""
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope["path"] + (f"?{query}" if query else "")
    return {
        "method": scope["method"],
        "path": cut(hidden(path), LONGEST_PATH),
        "status": noted["status"],
        "address": (scope.get("client") or [""])[0],
        "user": noted.get("user"),
    }


def note_user(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Middleware: who it was, if the answer asked for it; nobody is looked up for the log."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        noted = getattr(request, "scope", {}).get(NOTED)
        user = getattr(request, "_cached_user", None)
        if noted is not None and user is not None:
            noted["user"] = user.pk
        return response

    return middleware
