"""A real receiver of webhooks on loopback, which behaves as a test wants."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.stack.running import join

DRIP_SECONDS = 0.05


class Received(NamedTuple):
    """A request that was received."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Keeps the requests that it received, and answers with `answer`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, context: ssl.SSLContext | None = None) -> None:
        super().__init__((address, 0), Handler)
        self.received: list[Received] = []
        self.answer: Callable[[Handler], None] = status(200)
        self.over = threading.Event()
        self.port = int(self.server_address[1])
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: these tests are about clients that hang up."""


class Handler(BaseHTTPRequestHandler):
    """Reads one request, and lets the receiver answer."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, body))
        with suppress(OSError):
            self.server.answer(self)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def status(code: int, body: bytes = b"", **headers: str) -> Callable[[Handler], None]:
    """Answer with this status, these headers and this body."""

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def dripping(begin: bytes) -> Callable[[Handler], None]:
    """Answer with `begin`, then with a byte from time to time."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(begin)
        while not handler.server.over.wait(DRIP_SECONDS):
            handler.wfile.write(b"x")

    return answer


def endless(begin: bytes, piece: bytes) -> Callable[[Handler], None]:
    """Answer with `begin`, then with `piece` without end."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(begin)
        while not handler.server.over.is_set():
            handler.wfile.write(piece)

    return answer


@contextmanager
def receiving(
    address: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """A running receiver."""
    with Receiver(address, context) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            receiver.shutdown()
            join(thread)
