"""Answers that many pages ask for at the same moment, each made once.

They are shared until a feed moves on. What leaves no event is seen when an answer is too old.
"""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

from live.counted import read_from

MOST_KEPT = 12  # a month of days takes 60 kB


class Made(NamedTuple):
    """An answer, and when it was made."""

    answer: Any
    at: datetime


class SharedAnswers:
    """The answers of the last moments, by what they were made of."""

    def __init__(self, kept_for: timedelta) -> None:
        self.kept_for = kept_for
        self.made: dict[Hashable, Made] = {}
        self.making = Lock()

    def get(self, key: Hashable, make: Callable[[], Any], *, now: datetime) -> Any:
        """The answer for this key; who asks while it is made waits for it."""
        with self.making:
            found = self.made.get(key)
            is_kept = found is not None and timedelta() <= now - found.at < self.kept_for
            read_from("answers", hit=is_kept)
            if found is None or not is_kept:
                found = self.keep(key, Made(make(), now))
            return found.answer

    def keep(self, key: Hashable, made: Made) -> Made:
        """Kept in place of the oldest."""
        self.made.pop(key, None)
        while len(self.made) >= MOST_KEPT:
            del self.made[next(iter(self.made))]
        self.made[key] = made
        return made
