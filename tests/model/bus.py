"""The bus: a message is only a hint. It may come late, twice, after a later one, or never."""

from random import Random

from tests.model.database import Message

LOST, DOUBLED = 0.2, 0.35


class Bus:
    """One inbox for each web process."""

    __slots__ = ("inboxes", "rng")

    def __init__(self, rng: Random, count: int) -> None:
        self.rng = rng
        self.inboxes: list[list[Message]] = [[] for _ in range(count)]

    def send(self, message: Message) -> None:
        """To every inbox, or not."""
        for inbox in self.inboxes:
            roll = self.rng.random()
            if roll >= LOST:
                inbox.append(message)
            if LOST <= roll < DOUBLED:
                inbox.append(message)

    def receive(self, number: int) -> Message | None:
        """Any of the messages that wait; mostly the oldest."""
        inbox = self.inboxes[number]
        if not inbox:
            return None
        roll = self.rng.random()
        return inbox.pop(0 if roll < 0.7 else int(roll * len(inbox)))
