"""A reader's connection under Daphne, with the back-pressure that Daphne lacks in both directions.

`caisoproject.web` puts Daphne's protocol objects into the scope. The transport reports when a
client stops taking what was written. What waits is kept in an Outflow, or counted by a Backlog.
"""

from typing import Any, NamedTuple

from live.daphne.backlog import Backlog
from live.daphne.outflow import Outflow
from live.wire import AsgiSocket, AsgiStream, Cursors, Frame, Send


class Compressed(NamedTuple):
    """A frame that was compressed by us, as autobahn takes prepared messages."""

    payloadHybi: bytes  # noqa: N815 (autobahn's name)
    doNotCompress: bool = True  # noqa: N815


class DaphneSocket(AsgiSocket):
    """A WebSocket under Daphne. The bytes of a frame are prepared once for all readers."""

    def __init__(self, send: Send, protocol: Any) -> None:
        super().__init__(send)
        self.protocol = protocol
        self.inflow = protocol.inflow
        self.line: Outflow | Backlog = protocol.start_outflow()

    @property
    def backlog(self) -> int:  # type: ignore[override]
        return self.line.bytes

    async def write(self, frame: Frame) -> None:
        if self.line.send_now:
            self.line.write(frame.written(compressed=self.line.compresses))
        elif self.protocol.state == self.protocol.STATE_OPEN:
            self.protocol.sendPreparedMessage(self.prepared(frame))

    def prepared(self, frame: Frame) -> Any:
        """The frame as the server sends it, made once for all who have agreed to the same."""
        if self.line.compresses:
            return Compressed(frame.compressed)
        if frame.prepared is None:
            frame.prepared = self.protocol.factory.prepareMessage(frame.data, doNotCompress=True)
        return frame.prepared

    async def drained(self) -> None:
        await self.line.flowing.wait()

    def pause_reading(self, seconds: float) -> None:
        self.inflow.pause(seconds)

    def ping(self) -> None:
        self.protocol.sendPing()

    def has_spoken(self) -> bool:
        spoken, self.protocol.has_spoken = self.protocol.has_spoken, False
        return bool(spoken) or self.inflow.is_stopped  # then it may have, unread

    def drop(self) -> None:
        self.protocol.dropConnection(abort=True)


class DaphneStream(AsgiStream):
    def __init__(self, send: Send, cursors: Cursors, request: Any) -> None:
        super().__init__(send, cursors)
        self.request = request
        self.waiting = Backlog(request.transport)
        request.lasts = True  # caisoproject.web sets no time limit then
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
            self.request.transport.abortConnection()  # an end would wait behind the backlog
        elif self.request.channel is not None:
            self.request.unregisterProducer()
            await super().close(code)
