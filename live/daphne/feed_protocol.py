"""A reader's WebSocket under Daphne: bounded in what its client sends, and open to the fan-out."""

import socket
import time
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any

from autobahn.twisted.websocket import ConnectionDeny
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings

from live.close_codes import GOING_AWAY, TRY_AGAIN
from live.daphne import direct
from live.daphne.backlog import Backlog
from live.daphne.channel import Channel
from live.daphne.compression import forget_the_last_message
from live.daphne.inflow import MOST_BYTES, Inflow
from live.daphne.outflow import Outflow
from live.rate_limit import RateLimit

MOST_PINGS, MOST_FRAMES, PINGS_SECONDS = 20, 200, 10
# By default the kernel keeps 6 MB from a client that floods.
KERNEL_RECEIVES = 16 * 1024
# Stands in for a message that is too long, which is not kept: the application refuses it.
TOO_LONG = b" " * (MOST_BYTES + 1)
# A whole pong, and the bytes before the payload of a short frame with its mask.
PONG, MASKED, MASKED_HEAD = 0x8A, b"\x80", 6


class FeedProtocol(WebSocketProtocol):  # type: ignore[misc]
    """A WebSocket that bounds what its client sends: pings, long messages, too many frames."""

    outflow: Outflow | Backlog | None = None
    # The fan-out sees to pings, so Daphne sets no time limit.
    lasts = False
    has_spoken = True

    def __init__(self) -> None:
        super().__init__()
        self.pings = RateLimit(MOST_PINGS, PINGS_SECONDS)
        self.pieces = RateLimit(MOST_FRAMES, PINGS_SECONDS)

    @cached_property
    def inflow(self) -> Inflow:
        return Inflow(self.transport, self.application_queue.qsize)

    def start_outflow(self) -> Outflow | Backlog:
        """From here on, write only as much as the client takes."""
        opened = direct.socket_below(self.transport)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_RECEIVES)
        compresses = self._perMessageCompress is not None
        if direct.is_encrypted(self.transport):
            self.transport.unregisterProducer()  # of the HTTP request that became a WebSocket
            self.outflow = Backlog(self.transport, compresses=compresses)
            self.transport.registerProducer(self.outflow, True)
        else:
            self.outflow = Outflow(self.transport, self.socket_send(), compresses=compresses)
        self.lasts = True
        return self.outflow

    def socket_send(self) -> Callable[[bytes | memoryview], int] | None:
        """The socket's `send` for frames that go straight to it, where that is safe and wanted."""
        return direct.socket_send(self) if settings.DIRECT_WRITES else None

    def sendData(self, data: bytes, *options: Any, **more: Any) -> None:  # noqa: N802
        """Everything that autobahn writes: frames, pings, the close."""
        if self.outflow:
            self.outflow.write(data)
        else:
            super().sendData(data, *options, **more)

    def sendCloseFrame(self, *arguments: Any, **more: Any) -> None:  # noqa: N802
        """Nothing may follow a close frame."""
        if self.outflow:
            self.outflow.nothing_straight()
        super().sendCloseFrame(*arguments, **more)

    def sendClose(self, code: int | None = None, reason: str | None = None) -> None:  # noqa: N802
        """Close with any code: autobahn does not let a server send 1012 and 1013."""
        if code in (GOING_AWAY, TRY_AGAIN):
            self.sendCloseFrame(code)
        else:
            super().sendClose(code, reason)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Support ASGI's denial response: Daphne itself can only deny with 403."""
        if message["type"] == "websocket.http.response.start":
            self.deny(HTTPStatus(message["status"]))
        elif message["type"] != "websocket.http.response.body":
            super().handle_reply(message)

    def deny(self, status: HTTPStatus) -> None:
        """Refuse the handshake with any status."""
        self.handshake_deferred.errback(ConnectionDeny(status.value, status.phrase))
        del self.handshake_deferred
        self.server.protocol_disconnected(self)

    def failHandshake(self, reason: str, code: int = 400, *more: Any) -> None:  # noqa: N802
        """Refuse an Origin that can't be read like a foreign one, without repeating it."""
        if "Origin" in reason:
            reason, code = "Access denied", HTTPStatus.FORBIDDEN.value
        super().failHandshake(reason, code, *more)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        Channel.arrivals.leave(self.transport)
        super().connectionLost(reason)
        # What refers to this protocol, directly or not: 28 KB that only a search could give back.
        self.is_closed = self.outflow = None
        self.__dict__.pop("inflow", None)

    def unregisterProducer(self) -> None:  # noqa: N802
        """Called before the connection is dropped: the backlog is dropped with it."""
        if self.outflow:
            self.outflow.stopProducing()
        super().unregisterProducer()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Note that the client lives. Its answer to a ping says nothing else."""
        self.has_spoken = True
        is_open = self.state == self.STATE_OPEN
        if is_open and not self.data and not self.current_frame and is_pong(data):
            self.count_frame()
        else:
            super().dataReceived(data)

    def onFrameBegin(self) -> None:  # noqa: N802
        self.count_frame()
        super().onFrameBegin()

    def count_frame(self) -> None:
        """Count every frame: unsolicited pongs and empty pieces are frames too."""
        now = time.monotonic()
        if not self.pieces.take(now) and self.pieces.is_first_too_many():
            self.inflow.pause(self.pieces.wait(now))

    def onPing(self, payload: bytes) -> None:  # noqa: N802 (autobahn's name)
        now = time.monotonic()
        if self.pings.take(now):
            super().onPing(payload)
        elif self.pings.is_first_too_many():
            self.inflow.pause(self.pings.wait(now))

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802
        if payload and not self.is_too_long():
            super().onMessageFrameData(payload)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        super().onMessage(TOO_LONG if self.is_too_long() else payload, isBinary)
        self.inflow.message_received()
        if self._perMessageCompress:
            forget_the_last_message(self._perMessageCompress)

    def is_too_long(self) -> bool:
        """Whether the current message is longer than the application takes."""
        return bool(self.message_data_total_length > MOST_BYTES)


def is_pong(data: bytes) -> bool:
    """Whether this is one whole pong of a client, and nothing else."""
    return data[0] == PONG and data[1:2] >= MASKED and len(data) == (data[1] & 0x7F) + MASKED_HEAD
