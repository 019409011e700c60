"""Connection limits of a web process: in total, and from one address. Pure."""

from collections import Counter
from ipaddress import IPv6Address, ip_address


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


def client_address(client: tuple[str, int] | list[str | int] | None) -> str:
    """The address to count a connection under; for IPv6 its /64 network, which one host may own."""
    if not client:
        return ""
    try:
        address = ip_address(str(client[0]))
    except ValueError:  # a proxy's header may hold anything
        return str(client[0])[:60]
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
