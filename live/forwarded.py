"""Whose request a proxy passes on, as far as the proxy is believed. Pure.

A proxy adds the address that it was asked from to the end of `X-Forwarded-For`. Whatever stands
before what a trusted one added may be made up by the client itself.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Headers = Sequence[tuple[bytes, bytes]]
# A peer on a Unix socket has no address; in TRUSTED_PROXIES it goes by this name.
UNIX = "unix"
FORWARDED_FOR, FORWARDED_PROTO = b"x-forwarded-for", b"x-forwarded-proto"
# So many proxies may stand in a row; what is written before the last of them is not read.
MOST_PROXIES = 10
WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+)(?::\d{1,5})?|\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?")


class TrustedProxies(NamedTuple):
    """The proxies that are believed: by network, and whoever comes over a Unix socket."""

    networks: tuple[Network, ...] = ()
    unix: bool = False

    def has(self, peer: str) -> bool:
        """Whether this peer's word counts; a Unix socket's peer is the empty text."""
        if not peer:
            return self.unix
        address = address_in(peer)
        return address is not None and any(address in network for network in self.networks)


class Reader(NamedTuple):
    """Where a request comes from: the address, and the scheme if a proxy told it."""

    address: str
    scheme: str | None = None


def trusted_proxies(names: Iterable[str]) -> TrustedProxies:
    """The proxies named in a list of addresses, networks and `unix`. Raises ValueError."""
    listed = list(names)
    networks = tuple(plain(ip_network(name)) for name in listed if name != UNIX)
    return TrustedProxies(networks, UNIX in listed)


def plain(network: Network) -> Network:
    """The network; that of IPv4 addresses written as IPv6 as what it is."""
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped:
            return IPv4Network((mapped, network.prefixlen - 96))
    return network


def reader_behind(peer: str, headers: Headers, proxies: TrustedProxies) -> Reader:
    """Who asks: the peer itself, or whom a trusted peer names."""
    if not proxies.has(peer):
        return Reader(peer)
    return Reader(first_untrusted(peer, headers, proxies), scheme_in(headers))


def first_untrusted(peer: str, headers: Headers, proxies: TrustedProxies) -> str:
    """The rightmost address that is no trusted proxy's, or the leftmost if all of them are.

    What can't be read makes it the peer: nobody may choose under which name he is counted.
    """
    found = peer
    for word in reversed(words(headers, FORWARDED_FOR)[-MOST_PROXIES:]):
        address = address_in(word)
        if address is None:
            return peer
        found = str(address)
        if not proxies.has(found):
            return found
    return found


def scheme_in(headers: Headers) -> str | None:
    """What the nearest proxy says of its own connection: http or https."""
    said = [word.lower() for word in words(headers, FORWARDED_PROTO)]
    return said[-1] if said and said[-1] in ("http", "https") else None


def words(headers: Headers, wanted: bytes) -> list[str]:
    """What stands between commas in all headers of this name, in their order."""
    values = [value.decode("latin-1") for name, value in headers if name.lower() == wanted]
    return [word.strip() for word in ",".join(values).split(",") if word.strip()]


def address_in(text: str) -> Address | None:
    """An address, with or without brackets and port, without a zone; None if it is none."""
    found = WITH_PORT.fullmatch(text)
    try:
        address = ip_address(((found[1] or found[2]) if found else text).partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
