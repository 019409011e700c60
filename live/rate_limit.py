"""Rate limits: so many times in any period of so many seconds. Pure."""

from collections.abc import Hashable


class RateLimit:
    """At most `most` times in any `seconds`; `now` is a monotonic clock, in seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self.taken: list[float] = []  # a deque would take 600 bytes, of each reader
        self.refused = 0

    def take(self, now: float) -> bool:
        """Whether once more is allowed; if so, it is counted."""
        if self.wait(now) > 0:
            self.refused += 1
            return False
        self.taken.append(now)
        if len(self.taken) > self.most:
            del self.taken[0]
        self.refused = 0
        return True

    def is_first_too_many(self) -> bool:
        """Whether the last `take` was refused, and the one before it allowed."""
        return self.refused == 1

    def wait(self, now: float) -> float:
        """Seconds until once more is allowed."""
        if len(self.taken) < self.most:
            return 0.0
        return max(0.0, self.taken[0] + self.seconds - now)

    def give_back(self) -> None:
        """Take the last one off the count again."""
        if self.taken:
            self.taken.pop()


class RateLimits:
    """A rate limit for each key, such as an address.

    Only the `kept` latest keys are remembered, so ever new addresses can't fill the memory.
    """

    def __init__(self, most: int, seconds: float, kept: int = 10_000) -> None:
        self.most = most
        self.seconds = seconds
        self.kept = kept
        self.each: dict[Hashable, RateLimit] = {}

    def of(self, key: Hashable) -> RateLimit:
        """The rate limit of a key, which becomes the latest."""
        # Several threads ask at once: what one looked for another may have taken out by then.
        known = self.each.pop(key, None) or RateLimit(self.most, self.seconds)
        self.each[key] = known
        if len(self.each) > self.kept:
            self.each.pop(next(iter(self.each)), None)
        return known
