"""A reader's connection, and the frames written to it: each is encoded once for all readers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from live.cursor import Cursor
from live.websocket_frame import compressed_frame, text_frame

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Cursors = Mapping[str, Cursor | None]

EVENT_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


# Shorter frames are not compressed: a price would lose 140 bytes, and take as long as ten writes.
WORTH_COMPRESSING = 512


class Moved(NamedTuple):
    """A hub, and a reader's cursor in it after a frame."""

    slug: str
    cursor: Cursor


class Frame:
    """A frame of the feed as text; `prepared` is for a wire that encodes it further.

    `retry_ms` says when to come back to readers of a stream, which have no bye.
    """

    def __init__(
        self, kind: str, text: str, retry_ms: int | None = None, moved: Moved | None = None
    ) -> None:
        self.kind = kind
        self.text = text
        self.retry_ms = retry_ms
        self.moved = moved
        self.prepared: Any = None

    @cached_property
    def data(self) -> bytes:
        return self.text.encode()

    @cached_property
    def on_socket(self) -> bytes:
        """As a WebSocket frame, the same for every reader."""
        return text_frame(self.data)

    @cached_property
    def compressed(self) -> bytes:
        """The same for every reader that has agreed to compression, if that is shorter."""
        if len(self.data) < WORTH_COMPRESSING:
            return self.on_socket
        return min(compressed_frame(self.data), self.on_socket, key=len)

    def prepare(self) -> None:
        """Work out all its bytes now."""
        _ = self.compressed, self.on_socket

    def written(self, *, compressed: bool) -> bytes:
        """The WebSocket frame for a reader that has agreed to compression, or for any."""
        return self.compressed if compressed else self.on_socket

    @cached_property
    def as_event(self) -> bytes:
        """The lines of a server-sent event, except its id."""
        retry = b"" if self.retry_ms is None else b"retry: %d\n" % self.retry_ms
        return b"event: %b\n%bdata: %b\n\n" % (self.kind.encode(), retry, self.data)


class Line(Protocol):
    """The socket below a connection, for the bytes that are the same for every reader."""

    @property
    def send_now(self) -> Callable[[bytes], int] | None:
        """The socket's own `send`, as long as nothing waits and nothing else must be asked."""

    @property
    def compresses(self) -> bool:
        """Whether its reader has agreed to compressed frames."""

    @property
    def is_straight(self) -> bool:
        """Whether there is a `send_now` whenever nothing waits."""

    def keep(self, data: bytes, sent: int) -> None:
        """Write later what `send_now` did not take."""


class Lines:
    """How often the `send_now` of any line of this process has changed."""

    def __init__(self) -> None:
        self.changes = 0


LINES = Lines()


class NoLine:
    """Of a connection that writes in its own way only."""

    send_now = None
    compresses = False
    is_straight = False

    def keep(self, data: bytes, sent: int) -> None:
        raise NotImplementedError


NO_LINE = NoLine()


class Wire(Protocol):
    """What the fan-out needs from a reader's connection."""

    @property
    def line(self) -> Line:
        """The socket below it."""

    @property
    def backlog(self) -> int:
        """Bytes written since the client stopped taking any."""

    async def write(self, frame: Frame) -> None:
        """Write a frame without waiting until the client has taken it."""

    async def drained(self) -> None:
        """Return once the client takes what was written."""

    def pause_reading(self, seconds: float) -> None:
        """Read nothing from the client for so long."""

    def ping(self) -> None:
        """Let the client show that it lives, where the connection can ask that."""

    def has_spoken(self) -> bool:
        """Whether anything has come from the client since this was last asked, if it can be known.

        Else True.
        """

    def drop(self) -> None:
        """End the connection without waiting for anything."""

    async def close(self, code: int) -> None:
        """Close the connection; a WebSocket with this close code."""


class AsgiWire:
    """A connection of any ASGI server, which does not show its backlog."""

    backlog = 0
    line: Line = NO_LINE

    def __init__(self, send: Send) -> None:
        self.send = send

    async def drained(self) -> None:
        """Let other tasks run."""
        await asyncio.sleep(0)

    def pause_reading(self, seconds: float) -> None:
        """ASGI has no way to stop reading from a client."""

    def ping(self) -> None:
        """An ASGI server sees to that itself."""

    def has_spoken(self) -> bool:
        return True

    def drop(self) -> None:
        """Nor does ASGI have a way to do this."""


class AsgiSocket(AsgiWire):
    async def write(self, frame: Frame) -> None:
        await self.send({"type": "websocket.send", "text": frame.text})

    async def close(self, code: int) -> None:
        await self.send({"type": "websocket.close", "code": code})


class AsgiStream(AsgiWire):
    """Server-sent events. The ids of its events are the reader's `cursors`.

    The response starts with the first frame; until then the request can still be refused.
    """

    def __init__(self, send: Send, cursors: Cursors) -> None:
        super().__init__(send)
        self.cursors = cursors
        self.begun = False

    async def write(self, frame: Frame) -> None:
        if not self.begun:
            self.begun = True
            await self.send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        body = event_id(self.cursors) + frame.as_event
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def close(self, code: int) -> None:
        """End the response; a reader comes back by itself."""
        if self.begun:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def event_id(cursors: Cursors) -> bytes:
    """The id line of a server-sent event, which the reader sends back; none before any cursor."""
    if not any(cursors.values()):
        return b""
    held = (f"{cursor.epoch}:{cursor.seq}" if cursor else "" for cursor in cursors.values())
    return f"id: {','.join(held)}\n".encode()
