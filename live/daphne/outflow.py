"""A client's backlog, kept here because Daphne would copy it into each connection's own buffer.

Frames are the same bytes for everybody. What a client takes at once is written at once, by the
fan-out straight to the socket where that is safe. The rest follows as the client takes it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from live.wire import LINES

SocketSend = Callable[[bytes | memoryview], int]
# Small frames that wait are sent so many bytes at a time.
PIECE = 16 * 1024


@implementer(IPushProducer)
class Outflow:
    """What waits to be written to one connection, in order.

    `send_now` is the socket's own `send` while nothing waits, None if it must not be used.
    """

    def __init__(
        self,
        transport: Any,
        socket_send: SocketSend | None = None,
        *,
        compresses: bool = False,
    ) -> None:
        self.transport = transport
        self.compresses = compresses
        self.is_straight = socket_send is not None
        self.socket_send = socket_send
        self.send_now: SocketSend | None = None
        self.waiting: deque[memoryview] = deque()
        self.bytes = 0
        self.flowing = asyncio.Event()
        self.is_over = False
        transport.unregisterProducer()  # of the HTTP request that became a WebSocket
        transport.registerProducer(self, True)
        self.wait_for_transport()

    def write(self, data: bytes) -> None:
        """Write at once what the client takes, and keep the rest."""
        if self.is_over:
            return
        sent = self.send(data) if self.flowing.is_set() else 0
        if sent < len(data):
            self.keep(data, sent)

    def keep(self, data: bytes, sent: int) -> None:
        """Write later what the client did not take."""
        self.waiting.append(memoryview(data)[sent:])
        self.bytes += len(data) - sent
        if self.flowing.is_set():
            self.flowing.clear()
            self.change(None)
            self.wait_for_transport()

    def change(self, send_now: SocketSend | None) -> None:
        """From now on the socket may be written to by this, or by nobody."""
        self.send_now = send_now
        LINES.changes += 1

    def send(self, data: bytes | memoryview) -> int:
        """Send what the socket takes, and return how much that was; 0 for a lost connection."""
        sent = self.transport.writeSomeData(data)
        return sent if isinstance(sent, int) and sent > 0 else 0

    def wait_for_transport(self) -> None:
        """Have the transport call `resumeProducing` once the socket takes more."""
        self.transport.producerPaused = True
        self.transport.startWriting()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """The transport is empty: write what waits, and be ready for whatever comes."""
        if self.transport.disconnecting:  # with a producer it would never close
            self.stopProducing()
            self.transport.unregisterProducer()
        elif self.has_sent_what_waits():
            self.change(self.socket_send)
            self.flowing.set()
        else:
            self.wait_for_transport()

    def has_sent_what_waits(self) -> bool:
        """Send as much as the client takes. False if anything is left."""
        while self.waiting:
            piece = self.next_piece()
            sent = self.send(piece)
            self.bytes -= sent
            if sent < len(piece):
                self.waiting.appendleft(piece[sent:])
                return False
        return True

    def next_piece(self) -> memoryview:
        """The first that waits, with as many as fit into 16 KiB; a long one is not copied."""
        pieces = [self.waiting.popleft()]
        size = len(pieces[0])
        while self.waiting and size + len(self.waiting[0]) <= PIECE:
            pieces.append(self.waiting.popleft())
            size += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else memoryview(b"".join(pieces))

    def nothing_straight(self) -> None:
        """From here on, everything goes the server's way: it says what may still be sent."""
        self.socket_send = None
        self.change(None)

    def pauseProducing(self) -> None:  # noqa: N802
        """Nothing to do: nothing is written before `resumeProducing` anyway."""

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is over: drop the backlog, and let nobody wait for it."""
        self.is_over = True
        self.nothing_straight()
        self.waiting.clear()
        self.bytes = 0
        self.flowing.set()
