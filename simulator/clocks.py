"""Clocks for the stand-in: real, stopped, shifted, or at another speed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(UTC)


def starting_at(start: datetime, *, speed: float = 1, real: Clock = real_time) -> Clock:
    """A clock that shows `start` now and runs `speed` times as fast as real time."""
    began = real()

    def now() -> datetime:
        return start + (real() - began) * speed

    return now


def stopped_at(instant: datetime) -> Clock:
    return lambda: instant


def shifted(seconds: float, *, speed: float = 1, real: Clock = real_time) -> Clock:
    return starting_at(real() + timedelta(seconds=seconds), speed=speed, real=real)
