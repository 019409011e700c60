"""The server that a staged page is loaded from: its files, and what the test answers.

Over real HTTP, since a browser keeps nothing that Playwright answers in a server's place: files
that are read once per module make a page twice as cheap.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.staticfiles import finders

from tests.stack.running import join


class Answer(NamedTuple):
    """The body, what it is, and further headers."""

    body: str | bytes
    kind: str = "application/json"
    headers: dict[str, str] = {}


NOTHING = Answer("", "text/html")
STATIC, BLANK = "/static/", "/blank"


class PageServer(ThreadingHTTPServer):
    """`answer`, which takes the address asked for, says what comes; None cuts the connection."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answer: Callable[[str], Answer | None] = lambda _: NOTHING

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that is left does not wait for what it asked for."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads one request after another on a connection, and says nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: PageServer

    def do_GET(self) -> None:
        if self.path.startswith(STATIC):
            self.send(static_file(self.path))
        elif self.path == BLANK:
            self.send(NOTHING)
        elif answer := self.server.answer(self.path):
            self.send(answer)
        else:
            self.close_connection = True

    def send(self, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(200)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Not a line."""


@cache
def static_file(path: str) -> Answer:
    """One of the page's files, which the browser may keep."""
    file = Path(str(finders.find(path.removeprefix(STATIC))))
    kept = {"Cache-Control": "max-age=3600"}
    return Answer(file.read_bytes(), guess_type(path)[0] or "text/plain", kept)


@contextmanager
def serving() -> Iterator[PageServer]:
    """It answers while this is open."""
    with PageServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            join(thread)
