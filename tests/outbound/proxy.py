"""A small HTTP proxy on loopback that connects to the same place whatever it is asked for."""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.stack.running import join


class Proxy(ThreadingHTTPServer):
    """Keeps the requests (`CONNECT name:port` or `GET http://...`) and their credentials."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, leads_to: int, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.leads_to, self.context = leads_to, context
        self.asked: list[str] = []
        self.credentials: list[str | None] = []
        self.refuses_with: HTTPStatus | None = None
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients may hang up."""


class Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_CONNECT(self) -> None:
        """Copy bytes either way; with a `context` the TLS ends here, and the rest is plain."""
        if self.is_refused():
            return
        self.send_response_only(HTTPStatus.OK)
        self.end_headers()
        client = self.connection
        if self.server.context:
            client = self.server.context.wrap_socket(client, server_side=True)
        with client, socket.create_connection(("127.0.0.1", self.server.leads_to)) as server:
            copy(client, server)
        self.close_connection = True

    def do_GET(self) -> None:
        if self.is_refused():
            return
        url = urlsplit(self.path)
        onward = HTTPConnection("127.0.0.1", self.server.leads_to)
        onward.request("GET", f"{url.path}?{url.query}")
        answer = onward.getresponse()
        self.send_response_only(answer.status)
        self.end_headers()
        self.wfile.write(answer.read())
        onward.close()

    def is_refused(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.credentials.append(self.headers["Proxy-Authorization"])
        if self.server.refuses_with:
            self.send_error(self.server.refuses_with)
        return bool(self.server.refuses_with)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def copy(one: socket.socket, other: socket.socket) -> None:
    """Copy bytes between two connections until one of them ends."""
    with suppress(OSError):
        while True:
            waiting = isinstance(one, ssl.SSLSocket) and one.pending()
            ready = [one] if waiting else select.select([one, other], [], [])[0]
            for source in ready:
                said = source.recv(65536)
                if not said:
                    return
                (other if source is one else one).sendall(said)


@contextmanager
def proxying(leads_to: int, context: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A running proxy."""
    with Proxy(leads_to, context) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            join(thread)
