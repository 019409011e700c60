"""How often something may happen: so many times in so many seconds."""


class Allowance:
    """Counts within windows that follow each other; `now` is any steady clock, in seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self.began = float("-inf")
        self.taken = 0

    def take(self, now: float) -> bool:
        """Whether once more is allowed; it then counts."""
        if now - self.began >= self.seconds:
            self.began, self.taken = now, 0
        self.taken += 1
        return self.taken <= self.most

    def is_first_too_many(self) -> bool:
        """Whether the last one was the first of its window that was not allowed."""
        return self.taken == self.most + 1

    def wait(self, now: float) -> float:
        """Seconds until the window is over."""
        return max(0.0, self.began + self.seconds - now)
