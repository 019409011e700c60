"""The way to one client under Daphne, which has no back-pressure of its own either way.

Daphne's protocol objects are reached through the scope, where `caisoproject.web` puts them. The
transport says when a client stops taking what was written; we count from there.
"""

import asyncio
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from live.wire import AsgiSocket, AsgiStream, Cursors, Frame, Send


@implementer(IPushProducer)
class Backlog:
    """What was written to a transport since it said that it takes no more."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.bytes = 0
        self.flowing = asyncio.Event()
        self.flowing.set()

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.flowing.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.bytes = 0
        self.flowing.set()
        if self.transport.disconnecting:  # a producer would keep it open for ever
            self.transport.unregisterProducer()

    def stopProducing(self) -> None:  # noqa: N802
        self.flowing.set()

    def wrote(self, length: int) -> None:
        """Count what the transport could not take at once."""
        if not self.flowing.is_set():
            self.bytes += length


class DaphneSocket(AsgiSocket):
    """A WebSocket under Daphne: a frame is put into its bytes once, for all clients."""

    def __init__(self, send: Send, protocol: Any) -> None:
        super().__init__(send)
        self.protocol = protocol
        self.inflow = protocol.inflow
        self.outflow = protocol.let_flow()

    @property
    def backlog(self) -> int:  # type: ignore[override]
        return int(self.outflow.bytes)

    async def write(self, frame: Frame) -> None:
        if self.protocol.state != self.protocol.STATE_OPEN:
            return
        if frame.made is None:
            frame.made = self.protocol.factory.prepareMessage(frame.data, doNotCompress=True)
        self.protocol.sendPreparedMessage(frame.made)

    async def drained(self) -> None:
        await self.outflow.flowing.wait()

    def hold(self, seconds: float) -> None:
        self.inflow.hold(seconds)


class DaphneStream(AsgiStream):
    """Server-sent events under Daphne."""

    def __init__(self, send: Send, cursors: Cursors, request: Any) -> None:
        super().__init__(send, cursors)
        self.request = request
        self.waiting = Backlog(request.transport)
        request.lasts = True  # caisoproject.web: no time limit for this one
        request.registerProducer(self.waiting, True)

    @property
    def backlog(self) -> int:  # type: ignore[override]
        return self.waiting.bytes

    async def write(self, frame: Frame) -> None:
        await super().write(frame)
        self.waiting.wrote(len(frame.data))

    async def drained(self) -> None:
        await self.waiting.flowing.wait()

    async def close(self, code: int) -> None:
        if not self.waiting.flowing.is_set():
            self.request.transport.abortConnection()  # what waits for it would wait for ever
        elif self.request.channel is not None:
            self.request.unregisterProducer()
            await super().close(code)
