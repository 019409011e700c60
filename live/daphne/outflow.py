"""What waits for a client under Daphne, which would copy it all into each connection's own buffer.

Frames are the same bytes for everybody. What a client takes at once is written at once; of the
rest only a piece at a time goes to the transport, and the next one when that is gone.
"""

import asyncio
from collections import deque
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

PIECE = 16 * 1024


@implementer(IPushProducer)
class Outflow:
    """What is still to be written to one connection, in order."""

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
        """How much of it went out; a connection that is lost is noticed by the transport."""
        sent = self.transport.writeSomeData(data)
        return sent if isinstance(sent, int) and sent > 0 else 0

    def wait_for_transport(self) -> None:
        """Let the transport say when it has nothing more to write."""
        self.transport.producerPaused = True
        self.transport.startWriting()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """The transport has nothing more: the next piece, or whatever comes."""
        if self.transport.disconnecting:  # a producer would keep it open for ever
            self.stopProducing()
            self.transport.unregisterProducer()
        elif self.waiting:
            self.transport.write(self.next_piece())
            self.wait_for_transport()
        else:
            self.flowing.set()

    def next_piece(self) -> bytes:
        """The next bytes: of many small frames as many as fit."""
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
        """We wait anyway."""

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is over: nobody is waited for any more."""
        self.is_over = True
        self.waiting.clear()
        self.bytes = 0
        self.flowing.set()
