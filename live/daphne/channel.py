"""A connection until its request is complete: bounded in bytes, time and number.

Left alone, Twisted reads a body of any size before the application sees it, waits a minute after
each byte, and accepts as many connections as there are files.
"""

import asyncio
import socket
from http import HTTPStatus
from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest
from twisted.internet.error import ConnectionAborted
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel

from live.connection_limits import Full, client_address
from live.daphne import direct
from live.daphne.arrivals import Arrivals
from live.daphne.bodies import DIGITS, MOST_BYTES
from live.daphne.timer import Timer
from live.forwarded import TrustedProxies
from live.problems import problem_or_page

IDLE_SECONDS = 30
HEADER_SECONDS = 10
BODY_SECONDS = 30
# So long a client that still writes may read why it was refused; what it writes is dropped.
LINGER_SECONDS = 1
# Where an answer took longer than --http-timeout.
RETRY_AFTER = 10
# By default the kernel keeps 4 MB for a client that does not read: a stream would never seem slow.
KERNEL_SENDS = 128 * 1024


class TooLong(Exception):
    """A body is longer than any may be."""


class Request(WebRequest):  # type: ignore[misc]
    """A request whose body is kept in memory, up to its limit."""

    channel: Any

    def process(self) -> Any:
        """Begin to answer. Nothing holds on to a request that became a WebSocket."""
        done = super().process()
        if self.transport is None:
            self.channel.requests.clear()
            self.channel = None
        return done

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self.content.tell() + len(data) > MOST_BYTES:
            raise TooLong
        super().handleContentChunk(data)

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """What Daphne refuses, or can't answer, by itself: as those who ask here read it."""
        path = self.path.decode("latin-1")
        sentence = f"{body.rstrip('.')}." if status != HTTPStatus.INTERNAL_SERVER_ERROR else ""
        kind, content = problem_or_page(path, HTTPStatus(status), sentence)
        headers = [(b"Content-Type", kind.encode())]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"Retry-After", str(RETRY_AFTER).encode()))
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": content})


class Channel(HTTPChannel):  # type: ignore[misc]
    """An HTTP connection; one that becomes a WebSocket is Daphne's from then on."""

    abortTimeout = 5  # noqa: N815
    callLater = Timer  # noqa: N815
    arrivals: Arrivals[Any]
    proxies = TrustedProxies()
    _path = b"/"  # until the first line has come
    is_idle = True
    is_refused = False

    def __init__(self) -> None:
        super().__init__()
        self.flowing = asyncio.Event()
        self.flowing.set()

    def connectionMade(self) -> None:  # noqa: N802
        self.timeOut = IDLE_SECONDS
        opened = direct.socket_below(self.transport)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_SENDS)
        super().connectionMade()
        try:
            crowded_out = self.arrivals.enter(self.transport, self.counted_address())
        except Full:
            self.transport.abortConnection()
            return
        if crowded_out is not None:
            end_now(crowded_out)

    def counted_address(self) -> str | None:
        """The address whose connection this is; none of a proxy's own: it has many readers."""
        peer = getattr(self.transport.getPeer(), "host", "")
        return None if self.proxies.has(peer) else client_address((peer, 0))

    def resetTimeout(self) -> None:  # noqa: N802
        """Not for every byte: each part of a request has a time limit of its own."""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.is_refused:
            return
        if self.is_idle:
            self.is_idle = False
            self.setTimeout(HEADER_SECONDS)
        super().dataReceived(data)

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802
        """A length of more digits than Python reads is another that is too long as well."""
        name, colon, value = line.partition(b":")
        if name.lower() == b"content-length" and value.strip().isdigit():
            value = value if len(value.strip()) <= DIGITS else b"9" * DIGITS
        return bool(super().headerReceived(name + colon + value))

    def allHeadersReceived(self) -> None:  # noqa: N802
        # Meant for a proxy to set, but Daphne would take it from anybody.
        self.requests[-1].requestHeaders.removeHeader(b"daphne-root-path")
        if self.length is not None and self.length > MOST_BYTES:
            self.refuse_body()
            return
        self.setTimeout(BODY_SECONDS)
        super().allHeadersReceived()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.is_refused:
            return
        try:
            super().rawDataReceived(data)
        except TooLong:
            self.refuse_body()

    def allContentReceived(self) -> None:  # noqa: N802
        self.setTimeout(IDLE_SECONDS)  # applies again after the answer
        self.arrivals.request_received(self.transport)
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:  # noqa: N802
        self.is_idle = True
        self.arrivals.request_answered(self.transport)
        super().requestDone(request)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Say what is too long: otherwise the connection would only end."""
        status, what = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "A header"
        if not self.requests:
            status, what = HTTPStatus.REQUEST_URI_TOO_LONG, "An address"
        self.refuse(status, f"{what} has at most {self.MAX_LENGTH} bytes.")

    def refuse_body(self) -> None:
        """Answer 413 without reading the body."""
        sentence = f"A request's body has at most {MOST_BYTES} bytes here."
        self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)

    def refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Answer before the request is whole, and close the connection."""
        self.is_refused = True
        kind, body = problem_or_page(self._path.decode("latin-1"), status, sentence)
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        self.transport.write("\r\n".join((*lines, "", "")).encode() + body)
        self.setTimeout(LINGER_SECONDS)

    def pauseProducing(self) -> None:  # noqa: N802
        self.flowing.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        self.flowing.set()
        super().resumeProducing()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self.flowing.set()
        self.arrivals.leave(self.transport)
        super().connectionLost(reason)


def end_now(transport: Any) -> None:
    """Close a connection's file at once: otherwise Twisted would accept a hundred more first."""
    if direct.is_encrypted(transport):
        transport = transport.transport
    transport.stopReading()
    transport.stopWriting()
    transport.connectionLost(Failure(ConnectionAborted()))
