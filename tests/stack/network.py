"""A network between a browser and the server that can be cut: no end, no reset, just silence."""

import socket
import threading
from contextlib import suppress
from types import TracebackType

LOOPBACK = "127.0.0.1"


class Network:
    """Forwards connections to a port of this machine, and while it is cut nothing at all.

    What was sent meanwhile is delivered late, as TCP does when a cable is put back.
    """

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.whole = threading.Event()
        self.whole.set()
        self.over = False
        self.ends: list[socket.socket] = []
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self.listener.getsockname()[1])
        self.threads = [threading.Thread(target=self.accept, daemon=True)]

    def __enter__(self) -> "Network":
        self.threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.over = True
        self.mend()
        for end in (self.listener, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self.threads:
            thread.join(timeout=5)

    def cut(self) -> None:
        self.whole.clear()

    def mend(self) -> None:
        self.whole.set()

    def accept(self) -> None:
        """Each connection gets its other half, and a thread for each direction."""
        while not self.over:
            with suppress(OSError):
                near, _ = self.listener.accept()
                self.whole.wait()
                far = socket.create_connection((LOOPBACK, self.to_port))
                self.ends += [near, far]
                self.forward(near, far)
                self.forward(far, near)

    def forward(self, source: socket.socket, target: socket.socket) -> None:
        thread = threading.Thread(target=self.carry, args=(source, target), daemon=True)
        self.threads.append(thread)
        thread.start()

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        """Until either end goes. An end is passed on too, but only while the network is there."""
        with suppress(OSError):
            while carried := source.recv(65536):
                self.whole.wait()
                if self.may_pass(carried, source):
                    target.sendall(carried)
        self.whole.wait()
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def may_pass(self, carried: bytes, source: socket.socket) -> bool:
        """Whether what came from `source` goes on; here everything does."""
        return True


class Blocking(Network):
    """A network that lets HTTP through, but none of the paths it blocks.

    It says `refusal` to them and ends the connection, or says nothing at all and keeps it.
    """

    def __init__(self, to_port: int, *blocked: bytes, refusal: bytes | None) -> None:
        super().__init__(to_port)
        self.blocked = blocked
        self.refusal = refusal
        self.refused = 0

    def may_pass(self, carried: bytes, source: socket.socket) -> bool:
        """A browser's requests come one after another, each at the beginning of what is read."""
        if not carried.startswith(self.blocked or (b"no such request",)):
            return True
        self.refused += 1
        if self.refusal is not None:
            source.sendall(self.refusal)
            source.shutdown(socket.SHUT_RDWR)
        return False
