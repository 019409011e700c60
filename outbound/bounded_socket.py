"""Sockets with one deadline for everything, and a limit on the bytes that they read.

A plain timeout starts again with each byte, so a receiver that sends one a second could hold a
worker for ever.
"""

import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any


class BoundedSocket(socket.socket):
    """A socket with a deadline (`until`, by `time.monotonic()`) and `room` for so many bytes."""

    until: float
    room: int

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Read before the deadline. When the room is used up, the answer ends."""
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
    """Seconds until a deadline. Raises TimeoutError if it has passed."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


def connect(addresses: Sequence[str], port: int, until: float) -> BoundedSocket:
    """Connect to the first of `addresses` that answers; each gets its share of the time left."""
    last_fault = OSError("no address")
    for number, address in enumerate(addresses):
        try:
            return connect_to(address, port, seconds_left(until) / (len(addresses) - number))
        except OSError as fault:
            last_fault = fault
    raise last_fault


def connect_to(address: str, port: int, seconds: float) -> BoundedSocket:
    """Connect to an IP address: nothing is resolved again."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = BoundedSocket(family, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection
