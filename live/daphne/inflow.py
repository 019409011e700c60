"""How much Daphne reads of a client: it has no back-pressure, and queues whatever comes.

Reading stops while a client has written more than it may, or more than was taken of it yet: what
it writes then stays with it, by TCP's own flow control.
"""

import asyncio
from collections.abc import Callable
from typing import Any

# Read and written in small pieces: a client that floods gets no more than this a turn.
PIECE = 4096
MOST_WAITING = 40
LOOK_SECONDS = 0.1


class Inflow:
    """What comes of one client. `waiting` says how many of its messages nobody has taken yet."""

    def __init__(self, transport: Any, waiting: Callable[[], int]) -> None:
        self.transport = transport
        self.waiting = waiting
        self.held_until = 0.0
        self.is_stopped = False
        transport.bufferSize = PIECE

    def hold(self, seconds: float) -> None:
        """Read nothing for so long."""
        self.held_until = max(self.held_until, asyncio.get_running_loop().time() + seconds)
        self.stop()

    def came(self) -> None:
        """A message came: no more of them where too many wait."""
        if self.waiting() >= MOST_WAITING:
            self.stop()

    def stop(self) -> None:
        """Stop reading, and look from time to time whether to go on."""
        if not self.is_stopped:
            self.is_stopped = True
            self.transport.pauseProducing()
            self.look_later()

    def look_later(self) -> None:
        """Look again when a hold is over, or soon."""
        loop = asyncio.get_running_loop()
        loop.call_later(max(LOOK_SECONDS, self.held_until - loop.time()), self.look)

    def look(self) -> None:
        """Go on reading where nothing is against it, if there is still somebody."""
        if not self.transport.connected or self.transport.disconnecting:
            return
        if self.waiting() >= MOST_WAITING or asyncio.get_running_loop().time() < self.held_until:
            self.look_later()
        else:
            self.is_stopped = False
            self.transport.resumeProducing()
