"""How often something may happen: so many times in any so many seconds."""

from collections import deque


class Allowance:
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
