"""Back-pressure on what a client writes: Daphne itself queues whatever comes.

Reading stops while a client exceeds its rate limit, or too many of its messages wait for the
application. TCP's flow control then holds the client back.
"""

import asyncio
from collections.abc import Callable
from typing import Any

# Of a client's message; the application refuses a longer one.
MOST_BYTES = 4096
# Bytes read at a time: a client that floods gets no more before others are served.
PIECE = 4096
MOST_WAITING = 40
LOOK_SECONDS = 0.1


class Inflow:
    """Reading from one client. `waiting` counts its messages the application has not taken yet."""

    def __init__(self, transport: Any, waiting: Callable[[], int]) -> None:
        self.transport = transport
        self.waiting = waiting
        self.paused_until = 0.0
        self.is_stopped = False
        transport.bufferSize = PIECE

    def pause(self, seconds: float) -> None:
        """Read nothing for so long."""
        self.paused_until = max(self.paused_until, asyncio.get_running_loop().time() + seconds)
        self.stop()

    def message_received(self) -> None:
        """Stop reading if too many messages wait."""
        if self.waiting() >= MOST_WAITING:
            self.stop()

    def stop(self) -> None:
        """Stop reading, and check from time to time whether to go on."""
        if not self.is_stopped:
            self.is_stopped = True
            self.transport.pauseProducing()
            self.look_later()

    def look_later(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(max(LOOK_SECONDS, self.paused_until - loop.time()), self.look)

    def look(self) -> None:
        """Go on reading if the pause is over, few messages wait, and the client is still there."""
        if not self.transport.connected or self.transport.disconnecting:
            return
        if self.waiting() >= MOST_WAITING or asyncio.get_running_loop().time() < self.paused_until:
            self.look_later()
        else:
            self.is_stopped = False
            self.transport.resumeProducing()
