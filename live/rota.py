"""Whose turn it is: readers spread evenly over the time between two heartbeats. Pure."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Member = TypeVar("Member", bound=Hashable)


class Rota(Generic[Member]):
    """So many turns, and the members of each. Dictionaries serve as ordered sets."""

    def __init__(self, turns: int) -> None:
        self.turns: list[dict[Member, None]] = [{} for _ in range(turns)]
        self.turn_of: dict[Member, int] = {}
        self.next = 0

    def add(self, member: Member) -> None:
        """Give a member the turn after that of the one before it."""
        self.turn_of[member] = self.next
        self.turns[self.next][member] = None
        self.next = (self.next + 1) % len(self.turns)

    def leave(self, member: Member) -> None:
        """Forget a member; again does no harm."""
        turn = self.turn_of.pop(member, None)
        if turn is not None:
            del self.turns[turn][member]
