"""The way to one client, and the frames that go along it: made once, for all who get them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any, Protocol

from live.cursor import Cursor

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


class Frame:
    """A frame of the feed as text; `made` is for a wire that prepares it further.

    `retry_ms` is when a reader of a stream, which knows no bye, is to come back.
    """

    def __init__(self, kind: str, text: str, retry_ms: int | None = None) -> None:
        self.kind = kind
        self.text = text
        self.retry_ms = retry_ms
        self.made: Any = None

    @cached_property
    def data(self) -> bytes:
        return self.text.encode()

    @cached_property
    def as_event(self) -> bytes:
        """The lines of a server-sent event, but for its id."""
        retry = b"" if self.retry_ms is None else b"retry: %d\n" % self.retry_ms
        return b"event: %b\n%bdata: %b\n\n" % (self.kind.encode(), retry, self.data)


class Wire(Protocol):
    """What the hub needs of a client's connection."""

    @property
    def backlog(self) -> int:
        """Bytes that were written since the client stopped taking any."""

    async def write(self, frame: Frame) -> None:
        """Write a frame. Returns at once, whatever the client takes."""

    async def drained(self) -> None:
        """Return once the client takes what was written."""

    def hold(self, seconds: float) -> None:
        """Read nothing from the client for so long."""

    async def close(self, code: int) -> None:
        """End the connection, with a close code of the WebSocket protocol where it is one."""


class AsgiWire:
    """A connection of any ASGI server, which keeps its backlog to itself."""

    backlog = 0

    def __init__(self, send: Send) -> None:
        self.send = send

    async def drained(self) -> None:
        """Let others have their turn."""
        await asyncio.sleep(0)

    def hold(self, seconds: float) -> None:
        """ASGI can't stop a client from writing."""


class AsgiSocket(AsgiWire):
    """A WebSocket."""

    async def write(self, frame: Frame) -> None:
        await self.send({"type": "websocket.send", "text": frame.text})

    async def close(self, code: int) -> None:
        await self.send({"type": "websocket.close", "code": code})


class AsgiStream(AsgiWire):
    """Server-sent events. `cursors` are the reader's, which the stream's ids tell.

    The answer begins with the first frame: before it, the request can still be refused.
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
        """The end of the answer; a reader comes back by itself."""
        if self.begun:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def event_id(cursors: Cursors) -> bytes:
    """The id of a server-sent event: what the reader gives back as `after`; none at the start."""
    if not any(cursors.values()):
        return b""
    held = (f"{cursor.epoch}:{cursor.seq}" if cursor else "" for cursor in cursors.values())
    return f"id: {','.join(held)}\n".encode()
