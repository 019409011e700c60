"""Single flight: work that many ask for at the same moment is done once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, NamedTuple

KEPT_SECONDS = 5
MOST_KEPT = 12
MOST_PAUSE_S = 0.05


class Begun(NamedTuple):
    """Work, and when it began by the monotonic clock."""

    task: asyncio.Task[Any]
    at: float


class SingleFlight:
    """Shares the results of the last seconds, and work in progress, with all who ask the same.

    At most 12 are kept: each may take 250 kB, and many different ones would fill the memory.
    """

    def __init__(self) -> None:
        self.begun: dict[Hashable, Begun] = {}

    async def once(
        self, key: Hashable, work: Callable[..., Awaitable[Any]], *arguments: Any
    ) -> Any:
        """The result of `work`, shared with all who ask for the same key.

        A failure is raised to those already waiting; the next one to ask starts the work again.
        """
        self.forget_the_old()
        if key not in self.begun:
            task = asyncio.ensure_future(work(*arguments))
            self.begun[key] = Begun(task, time.monotonic())
        return await asyncio.shield(self.begun[key].task)

    def kept(self, key: Hashable) -> Any:
        """The result for this key if it is there already, else None."""
        begun = self.begun.get(key)
        if begun is None or not begun.task.done() or is_over(begun):
            return None
        return begun.task.result()

    def forget(self, is_outdated: Callable[[Any], bool]) -> None:
        """Share no longer what is kept, or has begun, under such keys."""
        for key in [key for key in self.begun if is_outdated(key)]:
            del self.begun[key]

    def forget_the_old(self) -> None:
        """Forget what failed, what began over 5 s ago, and the oldest if there are too many."""
        for key in [key for key, begun in self.begun.items() if is_over(begun)]:
            del self.begun[key]
        while len(self.begun) >= MOST_KEPT:
            del self.begun[next(iter(self.begun))]


def is_over(begun: Begun) -> bool:
    """Whether it failed, or began too long ago to be shared."""
    return begun.at < time.monotonic() - KEPT_SECONDS or failed(begun)


def failed(begun: Begun) -> bool:
    task = begun.task
    return task.done() and (task.cancelled() or task.exception() is not None)


class SharedRead:
    """Shares one read among all who asked before it began.

    Nobody gets a result that was read before they asked. Before each read is a pause as long as
    the last one took, so that a crowd shares more and leaves processor time to others.
    """

    def __init__(self) -> None:
        self.reading = asyncio.Lock()
        self.pause = 0.0
        self.waiting: dict[Hashable, asyncio.Task[Any]] = {}

    async def next(self, key: Hashable, read: Callable[[], Awaitable[Any]]) -> Any:
        """The result of the next `read` of this key to begin."""
        if key not in self.waiting:
            self.waiting[key] = asyncio.ensure_future(self.read(key, read))
        return await asyncio.shield(self.waiting[key])

    async def read(self, key: Hashable, read: Callable[[], Awaitable[Any]]) -> Any:
        """Read when no other read runs. Who asks after it began gets the next one."""
        async with self.reading:
            await asyncio.sleep(self.pause)
            del self.waiting[key]
            began = time.monotonic()
            found = await read()
            self.pause = min(time.monotonic() - began, MOST_PAUSE_S)
            return found
