"""A process's pulse: every few seconds it flushes what it counted and says that it lives."""

import time
from collections.abc import Callable, Mapping

from telemetry import signs
from telemetry.redis_words import Command, Run

AFTER_TROUBLE_S = 15.0


def nothing() -> Mapping[str, float]:
    return {}


class Pulse:
    """When the next beat is due, and what it says. A Redis that is away is left alone for a while.

    `flush` adds to Redis what was counted, `kind` is one of `signs.KINDS`: without one a process
    counts, but is not counted. The analyst counts nothing, and does without the code for it.
    """

    def __init__(
        self,
        run: Run,
        flush: Callable[[Run], None] | None = None,
        kind: str = "",
        said: Callable[[], Mapping[str, float]] = nothing,
        who: str = "",
    ) -> None:
        self.run, self.flush, self.kind, self.said, self.who = run, flush, kind, said, who
        self.due_at = 0.0

    def beat_if_due(self) -> None:
        """Beat, unless that was done less than five seconds ago."""
        if time.monotonic() >= self.due_at:
            self.beat()

    def beat(self) -> str:
        """Flush and say that we live. Returns why Redis did not take it, or nothing."""
        self.due_at = time.monotonic() + signs.EVERY_S
        why = self.tell(lambda who: signs.saying(self.kind, who, self.said(), now=time.time()))
        if why:
            self.due_at = time.monotonic() + AFTER_TROUBLE_S
        return why

    def end(self) -> str:
        """Flush for the last time, and say that we end."""
        return self.tell(lambda who: signs.ending(self.kind, who))

    def tell(self, words: Callable[[str], list[Command]]) -> str:
        try:
            if self.flush:
                self.flush(self.run)
            if self.kind:
                self.run(words(self.who or signs.this_process()))
        except OSError as fault:
            return str(fault) or type(fault).__name__
        return ""
