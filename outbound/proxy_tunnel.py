"""Through a proxy to an address that was checked: CONNECT names the number, never the name.

The proxy is the operator's and is not checked. It looks nothing up for us, and sees no more than
where to: TLS is by the receiver's name, from end to end.
"""

import time
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from outbound.bounded_socket import BoundedSocket, connect, seconds_left

MOST_HEAD_BYTES = 8192


class ProxyRefused(OSError):
    """The proxy did not let us through; says how it answered, never by which password."""


def connect_through(
    proxy: str, its_addresses: Sequence[str], addresses: Sequence[str], port: int, until: float
) -> BoundedSocket:
    """A connection by `proxy` to the first of `addresses` that it opens one to.

    Each of them has its share of the time.
    """
    trouble = OSError("no address")
    for number, address in enumerate(addresses):
        share = seconds_left(until) / (len(addresses) - number)
        target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        try:
            return tunnel(proxy, its_addresses, target, time.monotonic() + share)
        except OSError as fault:
            trouble = fault
    raise trouble


def tunnel(proxy: str, its_addresses: Sequence[str], target: str, until: float) -> BoundedSocket:
    """A connection to one address by the proxy, or ProxyRefused."""
    connection = connect(its_addresses, urlsplit(proxy).port or 0, until)
    try:
        connection.settimeout(seconds_left(until))
        connection.sendall(asked(target, proxy))
        refuse_all_but_success(head(connection, until))
    except OSError:
        connection.close()
        raise
    return connection


def asked(target: str, proxy: str) -> bytes:
    """The request for a tunnel, with the proxy's user and password where it has them."""
    url = urlsplit(proxy)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if url.username is not None:
        known = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {b64encode(known).decode()}")
    return "\r\n".join([*lines, "", ""]).encode()


def head(connection: BoundedSocket, until: float) -> bytes:
    """The head of the proxy's answer; not a byte of what comes after it."""
    read = b""
    while not read.endswith(b"\r\n\r\n"):
        connection.settimeout(seconds_left(until))
        byte = connection.recv(1)
        if not byte or len(read) > MOST_HEAD_BYTES:
            raise ProxyRefused("the proxy's answer is none")
        read += byte
    return read


def refuse_all_but_success(answer: bytes) -> None:
    """Raise ProxyRefused unless the status is 2xx."""
    _, _, rest = answer.partition(b"\r\n")[0].partition(b" ")
    if not rest.startswith(b"2"):
        raise ProxyRefused(f"the proxy answered {rest[:60].decode('ascii', 'replace')}")
