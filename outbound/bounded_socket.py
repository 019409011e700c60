"""Sockets that end their waiting at one moment, and hand on so many bytes and no more.

A timeout alone begins anew with each byte: who drips one a second would hold a worker for ever.
"""

import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any


class BoundedSocket(socket.socket):
    """A socket with an end, by `time.monotonic()`, and with room for an answer, in bytes."""

    until: float
    room: int

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Read what comes in time. Beyond the room it is as if the answer ended there."""
        size = min(nbytes or len(buffer), self.room)
        if size == 0:
            return 0
        self.settimeout(seconds_left(self.until))
        count = super().recv_into(buffer, size, flags)
        self.room -= count
        return count


class BoundedTLSSocket(BoundedSocket, ssl.SSLSocket):
    """The same with TLS."""


def seconds_left(until: float) -> float:
    """Seconds from now; TimeoutError when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


def connect(addresses: Sequence[str], port: int, until: float) -> BoundedSocket:
    """A connection to the first of `addresses` that takes one, each with its share of the time."""
    trouble = OSError("no address")
    for number, address in enumerate(addresses):
        try:
            return connect_to(address, port, seconds_left(until) / (len(addresses) - number))
        except OSError as fault:
            trouble = fault
    raise trouble


def connect_to(address: str, port: int, seconds: float) -> BoundedSocket:
    """A connection to this address: a number, so that nothing is looked up again."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = BoundedSocket(family, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection
