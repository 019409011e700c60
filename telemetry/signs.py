"""Signs of life: each process says every few seconds that it lives, and how it is.

`caiso:signs:<kind>:<id>` has what one process says, and is gone half a minute after its last word.
`caiso:signs:<kind>` has when each was last heard, by its own clock, also of those that are gone:
a few minutes of them, or the last one. The analyst imports this too: it takes no memory.
"""

import os
import socket
import time
from collections.abc import Mapping

from telemetry.redis_words import Command, Run, pairs, text

WEB, POLLER, WORKER, BEAT, ANALYST = KINDS = ("web", "poller", "worker", "beat", "analyst")
EVERY_S, LIVES_S, REMEMBERED_S = 5, 30, 600
AT = "at"


def key(kind: str, who: str = "") -> str:
    return f"caiso:signs:{kind}:{who}" if who else f"caiso:signs:{kind}"


def this_process() -> str:
    """What a process is called among those of its kind: its host and its number there."""
    return f"{socket.gethostname()}.{os.getpid()}"


def saying(kind: str, who: str, said: Mapping[str, float], *, now: float) -> list[Command]:
    """The commands by which a process says that it lives."""
    words = [word for name, value in said.items() for word in (name, value)]
    return [
        ("HSET", key(kind, who), AT, now, *words),
        ("EXPIRE", key(kind, who), LIVES_S),
        ("ZADD", key(kind), now, who),
        ("ZREMRANGEBYSCORE", key(kind), "-inf", f"({now - REMEMBERED_S}"),
    ]


def ending(kind: str, who: str) -> list[Command]:
    """The commands by which a process says that it ends; when it was last heard stays."""
    return [("DEL", key(kind, who))]


class Signs:
    """The processes of one kind: what those say that are alive, and when any was last heard."""

    def __init__(self, alive: Mapping[str, Mapping[str, float]], last_at: float | None) -> None:
        self.alive, self.last_at = alive, last_at

    def silent_s(self, now: float | None = None) -> float | None:
        """Seconds since any of them was heard; None if none ever was."""
        if self.last_at is None:
            return None
        return max(0.0, (time.time() if now is None else now) - self.last_at)


def read(run: Run) -> dict[str, Signs]:
    """Signs of every kind, in two round trips. Raises OSError if Redis is away."""
    heard = run([("ZREVRANGE", key(kind), 0, -1, "WITHSCORES") for kind in KINDS])
    last = dict(zip(KINDS, map(moments, heard), strict=True))
    asked = [(kind, who) for kind in KINDS for who in last[kind]]
    said = run([("HGETALL", key(kind, who)) for kind, who in asked]) if asked else []
    alive: dict[str, dict[str, dict[str, float]]] = {kind: {} for kind in KINDS}
    for (kind, who), answer in zip(asked, said, strict=True):
        if words := pairs(answer):
            alive[kind][who] = {name: float(value) for name, value in words.items()}
    return {kind: Signs(alive[kind], max(last[kind].values(), default=None)) for kind in KINDS}


def moments(answer: object) -> dict[str, float]:
    """Members and scores, as clients of different ages answer them."""
    assert isinstance(answer, list)
    nested = [item if isinstance(item, list | tuple) else None for item in answer]
    if all(nested):
        return {text(pair[0]): float(pair[1]) for pair in nested if pair}
    return {text(who): float(at) for who, at in zip(answer[::2], answer[1::2], strict=True)}
