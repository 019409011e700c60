"""How often something may happen: so many times in any so many seconds. Pure."""

from collections import deque
from collections.abc import Hashable


class RateLimit:
    """Remembers when it last allowed something; `now` is any steady clock, in seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self.seconds = seconds
        self.taken: deque[float] = deque(maxlen=most)
        self.refused = 0

    def take(self, now: float) -> bool:
        """Whether once more is allowed; it then counts."""
        if self.wait(now) > 0:
            self.refused += 1
            return False
        self.taken.append(now)
        self.refused = 0
        return True

    def is_first_too_many(self) -> bool:
        """Whether the last one was the first after an allowed one that was not."""
        return self.refused == 1

    def wait(self, now: float) -> float:
        """Seconds until once more is allowed."""
        if len(self.taken) < (self.taken.maxlen or 0):
            return 0.0
        return max(0.0, self.taken[0] + self.seconds - now)

    def give_back(self) -> None:
        """The last one that was taken does not count."""
        if self.taken:
            self.taken.pop()


class RateLimits:
    """An allowance for each of those who ask, by whatever they are known.

    Of the `kept` last ones: whoever sends from ever new addresses fills no memory.
    """

    def __init__(self, most: int, seconds: float, kept: int = 10_000) -> None:
        self.most = most
        self.seconds = seconds
        self.kept = kept
        self.each: dict[Hashable, RateLimit] = {}

    def of(self, who: Hashable) -> RateLimit:
        """The allowance of one of them, who thereby is the last that asked."""
        known = self.each.pop(who) if who in self.each else RateLimit(self.most, self.seconds)
        self.each[who] = known
        if len(self.each) > self.kept:
            del self.each[next(iter(self.each))]
        return known
