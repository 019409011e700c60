"""When bytes reach readers' sockets, by the kernel's clock: whatever readers then do with them."""

import re
import select
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.feed_client import HANDSHAKE
from benchmarks.feed_delays import Receipt
from benchmarks.stage import DidNotWork

SO_TIMESTAMPNS = getattr(socket, "SO_TIMESTAMPNS", 35)  # of Linux; Python names it from 3.14 on
ROOM, BESIDE = 1 << 16, 256
EVENTS = re.compile(rb'"type":"events","hub":"([^"]+)","epoch":"[^"]*","prev":(\d+),"seq":(\d+)')
PATIENCE_S, LOOK_S = 10, 0.2
# Reading can wait, as the kernel notes when bytes came: it would take the processor from others.
READ_LATER_S = 0.05


class Stamps:
    """Sockets that only note when each frame of events arrived."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self.receipts: list[Receipt] = []
        self.sockets = sockets
        self.ended = threading.Event()
        # The kernel stamps by the clock of the day, commits are noted by the monotonic one.
        self.apart_s = time.time() - time.monotonic()
        self.reading = threading.Thread(target=self.read, daemon=True)

    def read(self) -> None:
        """Read all sockets until the end. What is read at once has one time: that of its end."""
        with select.epoll() as ready:
            known = {one.fileno(): one for one in self.sockets}
            for number in known:
                ready.register(number, select.EPOLLIN)
            while not self.ended.is_set():
                if ready.poll(LOOK_S):
                    time.sleep(READ_LATER_S)
                    for number, _ in ready.poll(0):
                        self.take(known[number])

    def take(self, opened: socket.socket) -> None:
        data, beside, *_ = opened.recvmsg(ROOM, BESIDE)
        for _, _, stamp in beside:
            seconds, nanoseconds = struct.unpack("qq", stamp[:16])
            at = seconds + nanoseconds / 1e9 - self.apart_s
            for hub, prev, seq in EVENTS.findall(data):
                self.receipts.append(Receipt(hub.decode(), int(prev), int(seq), at))


@contextmanager
def stamping(port: int, path: str, turns: Iterable[None]) -> Iterator[Stamps]:
    """A socket connected at each of these turns; they are read while this lasts."""
    with ExitStack() as stack:
        stamps = Stamps([stack.enter_context(connected(port, path)) for _ in turns])
        stamps.reading.start()
        try:
            yield stamps
        finally:
            stamps.ended.set()
            stamps.reading.join()


def connected(port: int, path: str) -> socket.socket:
    """A WebSocket that is let in. Raises DidNotWork if it is not."""
    opened = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    request = HANDSHAKE.format(path=path, host=f"127.0.0.1:{port}", key="dGhlIHNhbXBsZSBub25jZQ==")
    opened.sendall(request.encode())
    answer = opened.recv(ROOM)
    if b" 101 " not in answer[:40]:
        raise DidNotWork(f"a reader was not let in: {answer[:100]!r}")
    return opened
