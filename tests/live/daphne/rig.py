"""A reader's WebSocket below the application: Twisted's own transport, autobahn, our protocol.

The reactor is ours: the test says when the socket is looked at. The socket is one of a pair: what
is written to it is there at once.
"""

import asyncio
import fcntl
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from daphne.ws_protocol import WebSocketFactory
from twisted.internet import tcp
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from live.daphne.channel import Channel
from live.daphne.compression import accepted
from live.daphne.feed_protocol import FeedProtocol
from live.daphne.quiet import quieten
from live.daphne.wires import DaphneSocket
from live.feed_request import feed_request
from live.reader import Reader

quieten()  # as the web process does
KERNEL_BYTES = 4096
ADDRESS, PORT = ("127.0.0.1", 1), SimpleNamespace(_realPortNumber=1)
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
)
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
MASK = b"\x01\x02\x03\x04"


class Reactor:
    """Who wants to read and write; `look` does it once for each whose socket is ready."""

    def __init__(self) -> None:
        self.readers: dict[Any, None] = {}
        self.writers: dict[Any, None] = {}
        self.later: list[Callable[[], object]] = []

    def addReader(self, one: Any) -> None:  # noqa: N802 (Twisted's names)
        self.readers[one] = None

    def removeReader(self, one: Any) -> None:  # noqa: N802
        self.readers.pop(one, None)

    def addWriter(self, one: Any) -> None:  # noqa: N802
        self.writers[one] = None

    def removeWriter(self, one: Any) -> None:  # noqa: N802
        self.writers.pop(one, None)

    def callLater(self, _: float, work: Any, *arguments: Any, **more: Any) -> None:  # noqa: N802
        self.later.append(lambda: work(*arguments, **more))

    def look(self) -> None:
        """What the reactor does once, if the sockets are ready."""
        later, self.later = self.later, []
        for work in later:
            work()
        for one in list(self.writers):
            self.after(one, one.doWrite())
        for one in list(self.readers):
            self.after(one, one.doRead())

    def after(self, one: Any, why: Any) -> None:
        if why is not None and one.connected:
            self.removeReader(one)
            self.removeWriter(one)
            one.connectionLost(Failure(why))


class Server:
    """What the protocol asks of Daphne's server."""

    root_path = ""
    proxy_forwarded_address_header = None

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.queue: asyncio.Queue[Any] = asyncio.Queue()

    def protocol_connected(self, protocol: Any) -> None: ...

    def protocol_disconnected(self, protocol: Any) -> None: ...

    def log_action(self, *_: Any) -> None: ...

    def create_application(self, *_: Any) -> Any:
        return self.queue


class Arrivals:
    def leave(self, _: Any) -> None: ...


class Rig:
    """A client's socket, and the reader's end of it."""

    def __init__(self, headers: bytes = b"") -> None:
        self.client, opened = socket.socketpair()
        for end in (self.client, opened):
            end.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self.reactor = Reactor()
        Channel.arrivals = Arrivals()  # type: ignore[assignment]
        self.protocol = FeedProtocol()
        self.server = Server()
        self.protocol.factory = factory(self.server)
        self.protocol._raw_query_string = b""
        self.transport = tcp.Server(opened, self.protocol, ADDRESS, PORT, 1, self.reactor)
        self.transport.getHost = lambda: SimpleNamespace(host="127.0.0.1", port=8000)
        self.protocol.makeConnection(self.transport)
        self.protocol.dataReceived(HANDSHAKE % headers)
        self.seen = b""

    def reader(self) -> Reader:
        """Accept, and give the fan-out's end."""
        self.protocol.handle_reply({"type": "websocket.accept"})

        async def send(message: dict[str, Any]) -> None:
            self.protocol.handle_reply(message)

        return Reader(DaphneSocket(send, self.protocol), feed_request(b""))

    def take(self, most: int) -> int:
        """The client reads so many bytes at the most."""
        try:
            piece = self.client.recv(most)
        except OSError:
            return 0
        self.seen += piece
        return len(piece)

    def say(self, data: bytes) -> None:
        """The client writes, and it arrives."""
        there = self.unread()
        try:
            sent = self.client.send(data)
        except (BlockingIOError, ConnectionError):
            return
        while self.transport.connected and self.unread() < there + sent:
            time.sleep(0)

    def unread(self) -> int:
        """Bytes that have arrived, and that nobody has read yet."""
        if not self.transport.connected:
            return 0
        count = fcntl.ioctl(self.transport.fileno(), termios.FIONREAD, b"\0" * 4)
        return int.from_bytes(count, sys.byteorder)

    def drain(self) -> bytes:
        """All that comes, until nothing comes any more; without the answer to the handshake."""
        idle = 0
        while idle < 3:
            self.reactor.look()
            idle = 0 if self.take(1 << 20) else idle + 1
        return self.seen.partition(b"\r\n\r\n")[2]

    def close(self) -> None:
        self.client.close()
        if self.transport.connected:
            self.transport.connectionLost(Failure(ConnectionLost()))


def factory(server: Server) -> WebSocketFactory:
    made = WebSocketFactory(server, server="")
    made.protocol = FeedProtocol
    made.setProtocolOptions(
        openHandshakeTimeout=0,
        closeHandshakeTimeout=0,
        allowNullOrigin=True,
        perMessageCompressionAccept=accepted,
    )
    return made


def from_client(opcode: int, payload: bytes, *, last: bool = True) -> bytes:
    """A client's frame."""
    masked = bytes(byte ^ MASK[n % 4] for n, byte in enumerate(payload))
    head = struct.pack("!BB", (0x80 if last else 0) | opcode, 0x80 | len(payload))
    return head + MASK + masked
