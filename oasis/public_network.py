"""Which IP addresses are public. Pure.

The lists are IANA's special-purpose registries, and public addresses that clouds use internally.
They are written out because `ipaddress.is_global` differs between patch releases of Python, and
takes 6to4 and the like for public.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

NOT_PUBLIC_V4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and Alibaba Cloud's metadata
        "127.0.0.0/8",
        # Public addresses that reach the internal services of a cloud from within it.
        "168.63.129.16/32",  # Azure: metadata, certificates, name service
        "161.26.0.0/16",  # IBM Cloud's services, like the next
        "166.8.0.0/14",
        "169.254.0.0/16",  # link-local, and cloud providers' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols, and Oracle Cloud's metadata
        "192.0.2.0/24",  # documentation, like the next two
        "198.51.100.0/24",
        "203.0.113.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
PUBLIC_V6 = IPv6Network(
    "2000::/3"
)  # all that is allocated; ULA, link-local and the rest lie outside
NOT_PUBLIC_V6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID, benchmarks: special purposes
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 holds any IPv4 address
        "3fff::/20",  # documentation
    )
]
NAT64 = IPv6Network("64:ff9b::/96")  # IPv4 addresses as a network with IPv6 only has them


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether `address` is on the public Internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in PUBLIC_V6 and not any(address in network for network in NOT_PUBLIC_V6)
