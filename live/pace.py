"""How many writes a second there are, and who waits for that. Pure."""

# They take half of a core.
WRITES_A_SECOND = 75_000
MOST_SAVED, MOST_OWED = 2_000, 100
LONGEST_WAIT_S = 0.012


class Pace:
    """75,000 writes a second, and up to 2,000 that were saved.

    When they are used up, who has not been written to waits for the next publication, or until it
    is due, and gets both in one write. Of writes beyond that, up to 100 are made up for later. All
    times are seconds of one clock.
    """

    def __init__(self, now: float) -> None:
        self.saved: float = MOST_SAVED
        self.at = now

    def may_write(self, now: float) -> bool:
        """Whether to write at once what waits."""
        self.saved = min(self.saved + WRITES_A_SECOND * (now - self.at), MOST_SAVED)
        self.at = now
        return self.saved > 0

    def count(self, writes: int) -> None:
        """So many were made."""
        self.saved = max(self.saved - writes, -MOST_OWED)


def due_at(since: float) -> float:
    """When what has waited since then is written in any case."""
    return since + LONGEST_WAIT_S
