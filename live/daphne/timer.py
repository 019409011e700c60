"""A connection's deadline, by asyncio's clock.

Twisted looks through all its timers to move one to an earlier time: with 10,000 connections a
millisecond each time.
"""

import asyncio
from collections.abc import Callable


class Timer:
    """Calls `work` after so many seconds, unless it is cancelled or reset before that."""

    __slots__ = ("at", "handle", "loop", "work")

    def __init__(self, seconds: float, work: Callable[[], object]) -> None:
        self.loop = asyncio.get_running_loop()
        self.work = work
        self.at = self.loop.time() + seconds
        self.handle = self.loop.call_at(self.at, self.ring)

    def reset(self, seconds: float) -> None:
        """Let it be so many seconds from now. A later time costs nothing until the earlier one."""
        self.at = self.loop.time() + seconds
        if self.at < self.handle.when():
            self.handle.cancel()
            self.handle = self.loop.call_at(self.at, self.ring)

    def cancel(self) -> None:
        self.handle.cancel()

    def ring(self) -> None:
        """The time is over, or was put off meanwhile."""
        if self.loop.time() < self.at:
            self.handle = self.loop.call_at(self.at, self.ring)
        else:
            self.work()
