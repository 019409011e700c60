"""Work that many want at the same moment, done once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, NamedTuple

KEPT_SECONDS = 5
MOST_KEPT = 12


class Begun(NamedTuple):
    """Work, and when it was begun, by the monotonic clock."""

    task: asyncio.Task[Any]
    at: float


class SingleFlight:
    """What was done in the last seconds, or is being done, by what was asked; the newest of it.

    No timer holds a result: a page takes 250 kB, and those who ask for many would fill the memory.
    """

    def __init__(self) -> None:
        self.begun: dict[Hashable, Begun] = {}

    async def once(
        self, key: Hashable, work: Callable[..., Awaitable[Any]], *arguments: Any
    ) -> Any:
        """The result of `work`, shared with all who ask by the same key meanwhile.

        A failure reaches those who wait for it, and nobody after them.
        """
        self.forget_the_old()
        if key not in self.begun:
            task = asyncio.ensure_future(work(*arguments))
            self.begun[key] = Begun(task, time.monotonic())
        return await asyncio.shield(self.begun[key].task)

    def forget_the_old(self) -> None:
        """Forget what is over and failed, was begun long ago, or is more than we keep."""
        since = time.monotonic() - KEPT_SECONDS
        for key in [key for key, begun in self.begun.items() if begun.at < since or failed(begun)]:
            del self.begun[key]
        while len(self.begun) >= MOST_KEPT:
            del self.begun[next(iter(self.begun))]


def failed(begun: Begun) -> bool:
    """Whether work ended without a result."""
    task = begun.task
    return task.done() and (task.cancelled() or task.exception() is not None)


class SharedRead:
    """Readings that many ask for at once: all who asked before one began share it.

    Nobody gets what was read before it asked.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting: dict[Hashable, asyncio.Task[Any]] = {}

    async def next(self, key: Hashable, read: Callable[[], Awaitable[Any]]) -> Any:
        """The result of the next `read` by this key that begins."""
        if key not in self.waiting:
            self.waiting[key] = asyncio.ensure_future(self.read(key, read))
        return await asyncio.shield(self.waiting[key])

    async def read(self, key: Hashable, read: Callable[[], Awaitable[Any]]) -> Any:
        """Read in turn; whoever asks from then on needs another reading."""
        async with self.turn:
            del self.waiting[key]
            return await read()
