"""What a Redis client is told of an address, as the client package names it. Pure."""

from typing import Any

from prices.redis_address import SENTINEL, SOCKET, Address

# A sentinel that does not answer is left for the next one.
SENTINEL_S = 1


def of_server(address: Address, **options: Any) -> dict[str, Any]:
    """For connections to a server: the one of the address, or whichever a sentinel names."""
    made = {"db": address.database, **address.login(), **(address.tls or {}), **options}
    if address.kind == SOCKET:
        made.pop("socket_keepalive", None)  # which it has not
        return {"path": address.path, **made}
    if address.kind == SENTINEL:
        return made
    return {"host": address.hosts[0].name, "port": address.hosts[0].port, **made}


def of_sentinels(address: Address, retry: object = None) -> dict[str, Any]:
    """For connections to the sentinels. Without a `retry` of none a dead one takes six seconds."""
    waits = {"socket_timeout": SENTINEL_S, "socket_connect_timeout": SENTINEL_S}
    tls = {} if address.tls is None else {"ssl": True, **address.tls}
    return {**waits, **tls, **address.sentinel_login(), **({"retry": retry} if retry else {})}


def of_cluster(address: Address, **options: Any) -> dict[str, Any]:
    """For connections to the nodes of a Cluster."""
    tls = {} if address.tls is None else {"ssl": True, **address.tls}
    return {**address.login(), **tls, **options}
