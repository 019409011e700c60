"""Which connections a web process keeps, in total and per address, and which it drops. Pure.

When there is no room, the connection that has owed its request longest is dropped; one that is
being answered, or that follows the live feed, never is.
"""

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

from live.connection_limits import Full

Connection = TypeVar("Connection", bound=Hashable)


class Arrivals(Generic[Connection]):
    """Every open connection, and those that have not sent a request yet, longest first."""

    def __init__(self, most: int, most_of_an_address: int) -> None:
        self.most = most
        self.most_of_an_address = most_of_an_address
        self.address_of: dict[Connection, str | None] = {}
        self.of_address: Counter[str] = Counter()
        self.waiting: dict[Connection, None] = {}

    def enter(self, connection: Connection, address: str | None) -> Connection | None:
        """Add a connection; return the one to drop for it, if any. Raises Full if none can be.

        Those without an address are a proxy's, of many readers: they are limited in total alone.
        """
        dropped = self.connection_to_drop(address)
        if dropped is not None:
            self.leave(dropped)
        self.address_of[connection] = address
        if address is not None:
            self.of_address[address] += 1
        self.waiting[connection] = None
        return dropped

    def connection_to_drop(self, address: str | None) -> Connection | None:
        """The connection to drop before one of this address is added. Raises Full."""
        is_crowded = address is not None and self.of_address[address] >= self.most_of_an_address
        if not is_crowded and len(self.address_of) < self.most:
            return None
        for connection in self.waiting:
            if not is_crowded or self.address_of[connection] == address:
                return connection
        raise Full("all connections are busy")

    def request_received(self, connection: Connection) -> None:
        """The connection's request is complete: it can no longer be dropped."""
        self.waiting.pop(connection, None)

    def request_answered(self, connection: Connection) -> None:
        """The connection was answered, and may send its next request."""
        if connection in self.address_of:
            self.waiting[connection] = None

    def leave(self, connection: Connection) -> None:
        """Remove a connection; again does no harm."""
        self.waiting.pop(connection, None)
        address = self.address_of.pop(connection, None)
        if address is not None:
            self.of_address[address] -= 1
            if not self.of_address[address]:
                del self.of_address[address]
