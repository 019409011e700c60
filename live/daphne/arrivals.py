"""Which connections a web process keeps: in all, of one address, and who makes room. Pure.

A connection that still owes us its request is the first to go; one that is being answered, or
that is a live reader, never.
"""

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

from live.connection_limits import Full

Connection = TypeVar("Connection", bound=Hashable)


class Arrivals(Generic[Connection]):
    """Every open connection, and which of them owe us a request, longest first."""

    def __init__(self, most: int, most_of_an_address: int) -> None:
        self.most = most
        self.most_of_an_address = most_of_an_address
        self.address_of: dict[Connection, str] = {}
        self.of_address: Counter[str] = Counter()
        self.waiting: dict[Connection, None] = {}

    def enter(self, connection: Connection, address: str) -> Connection | None:
        """Let one more in, and say which other has to go for it. Raises Full where none can."""
        gone = self.in_the_way(address)
        if gone is not None:
            self.leave(gone)
        self.address_of[connection] = address
        self.of_address[address] += 1
        self.waiting[connection] = None
        return gone

    def in_the_way(self, address: str) -> Connection | None:
        """Who has to go before one of this address comes. Raises Full."""
        is_crowded = self.of_address[address] >= self.most_of_an_address
        if not is_crowded and len(self.address_of) < self.most:
            return None
        for connection in self.waiting:
            if not is_crowded or self.address_of[connection] == address:
                return connection
        raise Full("all connections are busy")

    def busy(self, connection: Connection) -> None:
        """Its request is here."""
        self.waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        """It was answered, and may ask again."""
        if connection in self.address_of:
            self.waiting[connection] = None

    def leave(self, connection: Connection) -> None:
        """It is gone; told twice, it counts once."""
        self.waiting.pop(connection, None)
        address = self.address_of.pop(connection, None)
        if address is not None:
            self.of_address[address] -= 1
            if not self.of_address[address]:
                del self.of_address[address]
