"""Work that many want at the same moment, done once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

KEPT_SECONDS = 5
MOST_KEPT = 12


class SharedWork:
    """What was done in the last seconds, or is being done, by what was asked; the newest of it."""

    def __init__(self) -> None:
        self.done: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(
        self, key: Hashable, work: Callable[..., Awaitable[Any]], *arguments: Any
    ) -> Any:
        """The result of `work`, shared with all who ask by the same key meanwhile.

        A failure reaches those who wait for it, and nobody after them.
        """
        task = self.done.get(key)
        if task is None:
            task = asyncio.ensure_future(work(*arguments))
            self.done[key] = task
            task.add_done_callback(lambda ended: self.keep(key, ended))
            self.forget_the_oldest()
        return await asyncio.shield(task)

    def keep(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        """Keep a result for a while."""
        if task.cancelled() or task.exception():
            self.forget(key, task)
        else:
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self.forget, key, task)

    def forget(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        """Forget a result, unless another has taken its place."""
        if self.done.get(key) is task:
            del self.done[key]

    def forget_the_oldest(self) -> None:
        """A page takes 100 kB: those who ask for many would fill the memory."""
        while len(self.done) > MOST_KEPT:
            del self.done[next(iter(self.done))]
