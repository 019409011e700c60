"""Prices as the page holds them: bounds in milliseconds."""

from datetime import datetime
from typing import Any

MINUTE = 60_000
HOUR = 60 * MINUTE


def ms(text: str) -> int:
    """Milliseconds of an ISO instant with its offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def five(start: int, *lmps: float | None, minutes: int = 5, **more: Any) -> list[dict[str, Any]]:
    """Prices one after another from a start; None leaves its interval out."""
    step = minutes * MINUTE
    spans = ((start + i * step, lmp) for i, lmp in enumerate(lmps) if lmp is not None)
    usual = {"quality": "observed", "revision": 1, **more}
    return [{"start": at, "end": at + step, "lmp": lmp, **usual} for at, lmp in spans]


def hourly(start: int, *lmps: float | None) -> list[dict[str, Any]]:
    """The same for day-ahead hours."""
    return five(start, *lmps, minutes=60)
