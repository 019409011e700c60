"""A client's backlog, kept here because Daphne would copy it into each connection's own buffer.

Frames are the same bytes for everybody. What a client takes at once is written at once. The rest
goes to the transport piece by piece, each when the one before is gone.
"""

import asyncio
from collections import deque
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

PIECE = 16 * 1024


@implementer(IPushProducer)
class Outflow:
    """What waits to be written to one connection, in order."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
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
            self.waiting.append(memoryview(data)[sent:])
            self.bytes += len(data) - sent
            if self.flowing.is_set():
                self.flowing.clear()
                self.wait_for_transport()

    def send(self, data: bytes) -> int:
        """Send what the socket takes, and return how much that was; 0 for a lost connection."""
        sent = self.transport.writeSomeData(data)
        return sent if isinstance(sent, int) and sent > 0 else 0

    def wait_for_transport(self) -> None:
        """Have the transport call `resumeProducing` once it has nothing more to write."""
        self.transport.producerPaused = True
        self.transport.startWriting()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """The transport is empty: write the next piece, or be ready for whatever comes."""
        if self.transport.disconnecting:  # with a producer it would never close
            self.stopProducing()
            self.transport.unregisterProducer()
        elif self.waiting:
            self.transport.write(self.next_piece())
            self.wait_for_transport()
        else:
            self.flowing.set()

    def next_piece(self) -> bytes:
        """The next 16 KiB at most; of small frames as many as fit."""
        pieces, room = [], PIECE
        while self.waiting and room:
            first = self.waiting.popleft()
            pieces.append(first[:room])
            if len(first) > room:
                self.waiting.appendleft(first[room:])
            room -= len(pieces[-1])
        self.bytes -= PIECE - room
        return b"".join(pieces)

    def pauseProducing(self) -> None:  # noqa: N802
        """Nothing to do: the next piece waits for `resumeProducing` anyway."""

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is over: drop the backlog, and let nobody wait for it."""
        self.is_over = True
        self.waiting.clear()
        self.bytes = 0
        self.flowing.set()
