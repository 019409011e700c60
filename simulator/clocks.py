"""Clocks for the stand-in: now, shifted, or running at another speed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(UTC)


def starting_at(start: datetime, *, speed: float = 1, real: Clock = real_time) -> Clock:
    """Shows `start` now and goes on from there, `speed` times as fast as time does."""
    began = real()

    def now() -> datetime:
        return start + (real() - began) * speed

    return now


def stopped_at(instant: datetime) -> Clock:
    return lambda: instant


def shifted(seconds: float, *, speed: float = 1, real: Clock = real_time) -> Clock:
    return starting_at(real() + timedelta(seconds=seconds), speed=speed, real=real)
