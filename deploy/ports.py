"""Checks that the ports are free before anything is started."""

import errno
import socket
from collections.abc import Sequence
from typing import NamedTuple

from deploy.refusal import Refused

BACKLOG = 2048  # as much as may wait for the web process in the Procfile


class Port(NamedTuple):
    """A port that we will listen on, and what for: `" (for Valkey)"`, or nothing for the web."""

    host: str
    number: int
    purpose: str

    def problem(self) -> int | None:
        """The errno of trying to listen on it, None if that works."""
        try:
            self.opened().close()
        except OSError as problem:
            return problem.errno or errno.EADDRNOTAVAIL
        return None

    def opened(self) -> socket.socket:
        """A socket that listens on it. Raises OSError."""
        listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.number))
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
        return listener


def refuse_taken(ports: Sequence[Port]) -> None:
    """Raises Refused for a port that can't be used. The web's port comes first."""
    for port in ports:
        match port.problem():
            case None:
                continue
            case errno.EADDRINUSE:
                raise Refused(
                    f"Port {port.number}{port.purpose} is in use; "
                    f"choose another with make run PORT={next_free(ports)}."
                )
            case errno.EACCES:
                raise Refused(f"Port {port.number} needs root; choose one above 1023 with PORT=.")
            case _:
                raise Refused(f"Port {port.number} can't be opened on {port.host}.")


def next_free(ports: Sequence[Port]) -> int:
    """The next higher port for the web, in steps of ten, for which all ports are free."""
    for step in range(10, 500, 10):
        moved = [port._replace(number=port.number + step) for port in ports]
        if all(port.number <= 65535 and port.problem() is None for port in moved):
            return moved[0].number
    return 9000
