"""Looks at what may hang: each in a thread of its own, waited for until a deadline and no longer.

A look that hangs is not begun a second time, so whatever hangs holds one thread and no more.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connections

from alerts.operations.conditions import Condition
from alerts.rules.rule import Stance

log = structlog.get_logger(__name__)


class Look:
    """One look, and what came of it last: `hung` is what is said while it does not end."""

    def __init__(self, kind: str, look: Callable[[], Iterable[Condition]], hung: str) -> None:
        self.kind, self.look, self.hung = kind, look, hung
        self.running: Future[list[Condition]] | None = None

    def begin(self) -> Future[list[Condition]]:
        """Look now, unless the last look still has not ended."""
        if self.running is None or self.running.done():
            self.running = Future()
            threading.Thread(target=self.run, args=(self.running,), daemon=True).start()
        return self.running

    def run(self, found: Future[list[Condition]]) -> None:
        """In its thread, which has a database connection of its own."""
        result = self.failed()
        try:
            result = list(self.look())
        except (DatabaseTrouble, OSError) as fault:
            log.warning("a look failed", at=self.kind, why=str(fault))
        finally:
            connections.close_all()
            found.set_result(result)

    def failed(self) -> list[Condition]:
        return [Condition(self.kind, Stance.BEYOND, self.hung)]


async def look_at(looks: Iterable[Look], within_s: float) -> list[Condition]:
    """What all looks find, in order; those that take longer are what is said of one that hangs."""
    begun = [(look, asyncio.wrap_future(look.begin())) for look in looks]
    await asyncio.wait([future for _, future in begun], timeout=within_s)
    return [
        condition
        for look, future in begun
        for condition in (future.result() if future.done() else look.failed())
    ]
