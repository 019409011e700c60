"""Tunnels through a proxy to a checked address: CONNECT names the IP address, never the host.

The proxy is the operator's, so its own address is not checked. It resolves nothing for us and sees
only the address: TLS runs from end to end, verified by the receiver's name.
"""

import time
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from outbound.bounded_socket import BoundedSocket, connect, seconds_left

MOST_HEAD_BYTES = 8192


class ProxyRefused(OSError):
    """The proxy refused the tunnel. The text has its answer, never the password."""


def connect_through(
    proxy: str, proxy_addresses: Sequence[str], addresses: Sequence[str], port: int, until: float
) -> BoundedSocket:
    """Connect through `proxy` to the first of `addresses` that it can reach.

    Each of them gets its share of the time left.
    """
    last_fault = OSError("no address")
    for number, address in enumerate(addresses):
        share = seconds_left(until) / (len(addresses) - number)
        target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        try:
            return tunnel(proxy, proxy_addresses, target, time.monotonic() + share)
        except OSError as fault:
            last_fault = fault
    raise last_fault


def tunnel(proxy: str, proxy_addresses: Sequence[str], target: str, until: float) -> BoundedSocket:
    """Open a tunnel to host:port. Raises ProxyRefused."""
    connection = connect(proxy_addresses, urlsplit(proxy).port or 0, until)
    try:
        connection.settimeout(seconds_left(until))
        connection.sendall(connect_request(target, proxy))
        refuse_all_but_success(answer_head(connection, until))
    except OSError:
        connection.close()
        raise
    return connection


def connect_request(target: str, proxy: str) -> bytes:
    """The CONNECT request, with the proxy's user and password if its URL has them."""
    url = urlsplit(proxy)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if url.username is not None:
        credentials = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {b64encode(credentials).decode()}")
    return "\r\n".join([*lines, "", ""]).encode()


def answer_head(connection: BoundedSocket, until: float) -> bytes:
    """The head of the proxy's answer, and not a byte of what follows it."""
    read = b""
    while not read.endswith(b"\r\n\r\n"):
        connection.settimeout(seconds_left(until))
        byte = connection.recv(1)
        if not byte or len(read) > MOST_HEAD_BYTES:
            raise ProxyRefused("the proxy gave no valid answer")
        read += byte
    return read


def refuse_all_but_success(answer: bytes) -> None:
    """Raise ProxyRefused unless the status is 2xx."""
    _, _, rest = answer.partition(b"\r\n")[0].partition(b" ")
    if not rest.startswith(b"2"):
        raise ProxyRefused(f"the proxy answered {rest[:60].decode('ascii', 'replace')}")
