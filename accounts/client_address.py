"""Whom a request, a connection or a wrong password is counted under. Pure."""

from ipaddress import IPv6Address, ip_address


def client_address(client: tuple[str, int] | list[str | int] | None) -> str:
    """The address to count a client under; for IPv6 its /64 network, which one host may own."""
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
