"""Where frames may be written straight to a reader's socket, past autobahn and Twisted.

A server's frames are unmasked and the same for all, so they need nothing of the connection but its
socket. That holds for a plain TCP connection whose WebSocket is open, and for the versions below,
against which `tests/live/daphne/test_direct.py` was written. Elsewhere frames go the server's way.
"""

import socket
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any

from twisted.internet import tcp
from twisted.protocols.policies import ProtocolWrapper

TESTED = {"daphne": "4.2.3", "twisted": "26.10.0", "autobahn": "26.10.2"}


def is_encrypted(transport: Any) -> bool:
    """Whether bytes go through TLS first; nothing else is wrapped around a connection."""
    return isinstance(transport, ProtocolWrapper)


def socket_below(transport: Any) -> socket.socket:
    """The socket of a connection, below TLS if there is any."""
    below: socket.socket = (
        transport.transport if is_encrypted(transport) else transport
    ).getHandle()
    return below


@cache
def is_tested() -> bool:
    """Whether these are the versions of which it is known."""
    return all(version(name) == tested for name, tested in TESTED.items())


def socket_send(protocol: Any) -> Callable[[bytes | memoryview], int] | None:
    """The `send` of the socket below an open WebSocket; None where it must not be used."""
    transport = protocol.transport
    is_plain = type(transport) is tcp.Server and not transport.TLS
    if not is_tested() or not is_plain or protocol.state != protocol.STATE_OPEN:
        return None
    send: Callable[[bytes | memoryview], int] = transport.socket.send
    return send
