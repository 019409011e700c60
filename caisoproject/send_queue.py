"""A queue for each reader of the live feed, so that a slow one holds up nobody else.

The fan-out writes to all readers in turn, and Daphne takes what is written at once. Other servers
wait in `send` until the client has taken it, and raise an error once it has gone.
"""

import asyncio
from collections import deque
from contextlib import suppress

from live.close_codes import TOO_SLOW
from live.reader import MOST_BACKLOG, PATIENCE_SECONDS
from live.wire import Message, Receive, Send
from live.work_limits import Application

CLOSE_SECONDS = 1


class SendQueue:
    """What waits for one reader. Only the reader's own task waits until it is sent."""

    def __init__(self, kind: str, receive: Receive, send: Send) -> None:
        self.kind = kind
        self.receive_now, self.send_now = receive, send
        self.owner = asyncio.current_task()
        self.waiting: deque[tuple[Message, int]] = deque()
        self.backlog = 0  # bytes that others wrote
        self.empty, self.too_slow = asyncio.Event(), asyncio.Event()
        self.sending: asyncio.Task[None] | None = None

    async def send(self, message: Message) -> None:
        """Send in turn. Nothing is sent any more to a client that was too slow."""
        if self.too_slow.is_set():
            return
        is_own = asyncio.current_task() is self.owner
        self.put(message, 0 if is_own else size(message))
        if is_own:
            await self.sent()
        elif self.backlog > MOST_BACKLOG:
            self.too_slow.set()

    def put(self, message: Message, length: int) -> None:
        self.waiting.append((message, length))
        self.backlog += length
        self.empty.clear()
        if self.sending is None or self.sending.done():
            self.sending = asyncio.create_task(self.send_all())

    async def send_all(self) -> None:
        """Send what waits, as the client takes it."""
        try:
            while self.waiting:
                message, length = self.waiting[0]
                await self.send_now(message)
                self.waiting.popleft()
                self.backlog -= length
        except (OSError, RuntimeError):
            self.waiting.clear()  # the client has gone, as `receive` says
        finally:
            self.empty.set()

    async def sent(self) -> None:
        """Wait until all is sent, or the client was too slow."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.empty.wait()
                return
        self.too_slow.set()

    async def receive(self) -> Message:
        """What the client sends; its end if it was too slow."""
        received = asyncio.ensure_future(self.receive_now())
        slow = asyncio.ensure_future(self.too_slow.wait())
        try:
            await asyncio.wait({received, slow}, return_when=asyncio.FIRST_COMPLETED)
            return received.result() if received.done() else {"type": f"{self.kind}.disconnect"}
        finally:
            received.cancel()
            slow.cancel()

    async def stop(self) -> None:
        """Leave unsent what waits, and close the connection of a client that was too slow."""
        if self.sending is not None:
            self.sending.cancel()
        if self.too_slow.is_set() and self.kind == "websocket":
            with suppress(OSError, RuntimeError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.send_now({"type": "websocket.close", "code": TOO_SLOW})


def with_send_queue(application: Application) -> Application:
    """The application with a queue for each connection, except under Daphne."""

    async def queued(scope: Message, receive: Receive, send: Send) -> None:
        if "caiso.protocol" in (scope.get("extensions") or {}):
            await application(scope, receive, send)
            return
        queue = SendQueue(scope["type"], receive, send)
        try:
            await application(scope, queue.receive, queue.send)
        finally:
            await queue.stop()

    return queued


def size(message: Message) -> int:
    """The bytes of a message, or its characters."""
    return len(message.get("text") or message.get("body") or b"")
