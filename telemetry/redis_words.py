"""How telemetry talks to Redis: commands as words, many in one round trip. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

Command = tuple[str | int | float, ...]
# Sends commands in one round trip, in order, and returns an answer to each. Raises OSError if
# Redis is away or refuses any of them.
Run = Callable[[Sequence[Command]], Sequence[Any]]


def text(answer: Any) -> str:
    """An answer as text, whether or not the client decodes."""
    return answer.decode() if isinstance(answer, bytes) else str(answer)


def pairs(answer: Any) -> dict[str, str]:
    """A hash, as a client that knows the command answers it, or one that does not."""
    if isinstance(answer, dict):
        return {text(name): text(value) for name, value in answer.items()}
    flat = [text(item) for item in answer]
    return dict(zip(flat[::2], flat[1::2], strict=True))
