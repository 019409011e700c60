"""Connection limits of a web process: in total, and from one address. Pure."""

from collections import Counter

from accounts.client_address import client_address

__all__ = ["ConnectionLimits", "Full", "client_address"]


class Full(Exception):
    """A limit is reached; the message says which."""


class ConnectionLimits:
    """Counts open connections by address."""

    def __init__(self, most: int, most_of_an_address: int) -> None:
        self.most = most
        self.most_of_an_address = most_of_an_address
        self.inside: Counter[str] = Counter()

    def enter(self, address: str) -> None:
        """Count one more connection. Raises Full."""
        if self.inside.total() >= self.most:
            raise Full(f"{self.most} clients are connected, which is all this server takes.")
        if self.inside[address] >= self.most_of_an_address:
            raise Full(f"{self.most_of_an_address} clients of your address are connected already.")
        self.inside[address] += 1

    def leave(self, address: str) -> None:
        """Count one connection less."""
        self.inside[address] -= 1
        self.inside += Counter()  # drops addresses without connections
