"""The web process: Daphne, with what the live feed needs of it.

Daphne gives an application no way to see what a client has not taken, ends every answer after
the same time, and drops all sockets at SIGTERM without a word. `python -m caisoproject.web` takes
the options of `daphne`.
"""

import asyncio
import socket
import time
from functools import cached_property
from typing import Any

from daphne.server import Server, reactor  # first: it installs Twisted's reactor

from daphne.cli import CommandLineInterface  # isort: skip
from daphne.ws_protocol import WebSocketProtocol  # isort: skip
from twisted.internet.defer import Deferred  # isort: skip

import caisoproject.asgi  # noqa: F401  # isort: skip

from dashboard.allowance import Allowance
from dashboard.consumers import MOST_BYTES, TRY_AGAIN
from dashboard.daphne_inflow import Inflow
from dashboard.daphne_outflow import Outflow
from dashboard.hub import GOING_AWAY, hub

MOST_PINGS, MOST_FRAMES, PINGS_SECONDS = 20, 200, 10
# A slow reader may still take what waits for it, and with it the code that says why it was cut.
CLOSE_SECONDS = 10
CHECK_SECONDS = 2
# By itself the kernel keeps 4 MB for a client that does not read, and 6 MB of one that floods.
KERNEL_SENDS, KERNEL_RECEIVES = 128 * 1024, 16 * 1024
# What the application gets instead of a message that it would refuse: nothing of it is kept.
TOO_LONG = b" " * (MOST_BYTES + 1)


class FeedProtocol(WebSocketProtocol):  # type: ignore[misc]
    """A WebSocket whose client can't flood us: with pings, long messages, or more than we take."""

    def __init__(self) -> None:
        super().__init__()
        self.pings = Allowance(MOST_PINGS, PINGS_SECONDS)
        self.pieces = Allowance(MOST_FRAMES, PINGS_SECONDS)

    outflow: Outflow | None = None

    @cached_property
    def inflow(self) -> Inflow:
        """What is read of the client."""
        return Inflow(self.transport, self.application_queue.qsize)

    def let_flow(self) -> Outflow:
        """From here on nothing is written but what the client takes."""
        opened = self.transport.getHandle()
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_SENDS)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_RECEIVES)
        self.outflow = Outflow(self.transport)
        return self.outflow

    def sendData(self, data: bytes, *options: Any, **more: Any) -> None:  # noqa: N802
        """All that autobahn writes: frames, pings, the close."""
        if self.outflow:
            self.outflow.write(data)
        else:
            super().sendData(data, *options, **more)

    def sendClose(self, code: int | None = None, reason: str | None = None) -> None:  # noqa: N802
        """Close with any code: autobahn refuses a server's 1012 and 1013 as none of its own."""
        if code in (GOING_AWAY, TRY_AGAIN):
            self.sendCloseFrame(code)
        else:
            super().sendClose(code, reason)

    def unregisterProducer(self) -> None:  # noqa: N802
        """Before the connection is dropped: what still waits goes with it."""
        if self.outflow:
            self.outflow.stopProducing()
        super().unregisterProducer()

    def onFrameBegin(self) -> None:  # noqa: N802
        """Whatever a client writes is a frame: pongs nobody asked for, and empty pieces too."""
        now = time.monotonic()
        if not self.pieces.take(now) and self.pieces.is_first_too_many():
            self.inflow.hold(self.pieces.wait(now))
        super().onFrameBegin()

    def onPing(self, payload: bytes) -> None:  # noqa: N802 (autobahn's name)
        now = time.monotonic()
        if self.pings.take(now):
            super().onPing(payload)
        elif self.pings.is_first_too_many():
            self.inflow.hold(self.pings.wait(now))

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802
        if payload and not self.is_too_long():
            super().onMessageFrameData(payload)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        super().onMessage(TOO_LONG if self.is_too_long() else payload, isBinary)
        self.inflow.came()

    def is_too_long(self) -> bool:
        """Whether the message that comes is longer than the application takes."""
        return bool(self.message_data_total_length > MOST_BYTES)


class Web(Server):  # type: ignore[misc]
    """Daphne's server."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, ready_callable=self.prepare, **options)

    def prepare(self) -> None:
        """Before the first client: Daphne makes its factories only when it runs."""
        self.ws_factory.protocol = FeedProtocol
        self.ws_factory.setProtocolOptions(closeHandshakeTimeout=CLOSE_SECONDS)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Let the application reach the connection itself."""
        scope["extensions"] = {"caiso.protocol": protocol}
        return super().create_application(protocol, scope)

    def timeout_checker(self) -> None:
        """End what takes too long, but for answers that are meant to last."""
        for protocol in list(self.connections):
            if not getattr(protocol, "lasts", False):
                protocol.check_timeouts()
        reactor.callLater(CHECK_SECONDS, self.timeout_checker)

    def kill_all_applications(self) -> Deferred[None]:
        """At SIGTERM: say goodbye on every socket before it is closed."""
        return Deferred.fromFuture(asyncio.ensure_future(self.end()))

    async def end(self) -> None:
        """Goodbye, and then the end of what still runs."""
        await hub().farewell()
        await hub().stop()
        running = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details and not details["application_instance"].done()
        ]
        for application in running:
            application.cancel()
        if running:
            await asyncio.wait(running, timeout=1)


class Program(CommandLineInterface):  # type: ignore[misc]
    """The command `daphne`, which starts our server."""

    server_class = Web


if __name__ == "__main__":
    Program.entrypoint()
