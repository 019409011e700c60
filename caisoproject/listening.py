"""The socket that several web processes accept from: the launcher opens it and passes it to each.

With a socket for each process (SO_REUSEPORT), the kernel would drop what waits for one that ends.
"""

import os
import random
import socket
from collections.abc import Sized
from typing import Any

from twisted.internet import tcp

# Without a wait, one of two processes took two thirds of a thousand readers.
LONGEST_WAIT_SECONDS, FOR_EACH_CLIENT = 0.002, 0.000_005


def wait_seconds(clients: int) -> float:
    """How long a process with so many clients leaves a new one to the others: by chance."""
    return random.uniform(0, LONGEST_WAIT_SECONDS + FOR_EACH_CLIENT * clients)


class SharedPort(tcp.Port):  # type: ignore[misc]
    """Accepts one connection at a time, and leaves others the chance to be first."""

    numberAccepts = property(lambda self: 1, lambda self, more: None)  # noqa: N815
    clients: Sized

    def doRead(self) -> None:  # noqa: N802 (Twisted's name)
        self.stopReading()
        self.reactor.callLater(wait_seconds(len(self.clients)), self.accept)

    def accept(self) -> None:
        if self.connected and not self.disconnecting:
            super().doRead()  # another process may have been first
            self.startReading()


def passed_socket() -> socket.socket | None:
    """The socket that the launcher passed to this process, if it did."""
    number = os.environ.get("WEB_SOCKET")
    return socket.socket(fileno=int(number)) if number else None


def listen(passed: socket.socket, factory: Any, reactor: Any, clients: Sized) -> SharedPort:
    """Begin to accept from a socket that others accept from too; `clients` are those we have."""
    passed.setblocking(False)
    port: SharedPort = SharedPort._fromListeningDescriptor(
        reactor, passed.fileno(), passed.family, factory
    )
    port.clients = clients
    port.startListening()
    passed.close()  # the port has it under another number
    return port
