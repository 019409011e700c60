"""The bus: a message is only a hint. It may come late, twice, after a later one, or never."""

from random import Random

from tests.model.database import FeedRange

LOST, DOUBLED = 0.2, 0.35


class Bus:
    """One inbox for each web process."""

    __slots__ = ("inboxes", "rng")

    def __init__(self, rng: Random, count: int) -> None:
        self.rng = rng
        self.inboxes: list[list[FeedRange]] = [[] for _ in range(count)]

    def send(self, publication: FeedRange) -> None:
        """To every inbox, or not."""
        for inbox in self.inboxes:
            roll = self.rng.random()
            if roll >= LOST:
                inbox.append(publication)
            if LOST <= roll < DOUBLED:
                inbox.append(publication)

    def receive(self, number: int) -> FeedRange | None:
        """Any of the messages that wait; mostly the oldest."""
        inbox = self.inboxes[number]
        if not inbox:
            return None
        roll = self.rng.random()
        return inbox.pop(0 if roll < 0.7 else int(roll * len(inbox)))
