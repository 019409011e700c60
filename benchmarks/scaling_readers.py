"""What a reader of the live feed costs one web process: memory, processor time, bytes."""

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psutil

from benchmarks.feed_stage import FeedStage

READERS, FIRST = 500, 20
PAUSE_S, STARTING_S, LASTS_S, SETTLING_S = 0.2, 2, 4, 2
WAITS_S, WINDOWS = 20, 3
REQUEST = (
    "GET /api/v1/stream?hubs=SP15&hours={hours} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{token}\r\n"
)
EVENT, SNAPSHOT = b"event: events\n", b"event: snapshot\n"
CONNECTS_WITHIN_S = 30


class Window(NamedTuple):
    """Processor seconds, bytes and prices of some seconds."""

    cpu_s: float
    bytes: int
    prices: int


class Crowd:
    """Readers who take what comes, and count bytes and prices."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.sockets: list[socket.socket] = []
        self.selector = selectors.DefaultSelector()
        self.bytes = self.prices = self.snapshots = 0
        self.over = threading.Event()

    def join(self, readers: int, hours: int = 1) -> None:
        """Connect some more, and wait until each has its snapshot."""
        wanted = self.snapshots + readers
        known = f"Authorization: Bearer {self.token}\r\n"
        asked = REQUEST.format(hours=hours, port=self.port, token=known).encode()
        for _ in range(readers):
            reader = socket.create_connection(("127.0.0.1", self.port), CONNECTS_WITHIN_S)
            reader.sendall(asked)
            reader.setblocking(False)
            self.sockets.append(reader)
            self.selector.register(reader, selectors.EVENT_READ)
        until = time.monotonic() + CONNECTS_WITHIN_S
        while self.snapshots < wanted and time.monotonic() < until:
            time.sleep(0.05)

    def read(self) -> None:
        """Until it is over. A frame may be cut in two: that is rare, and counts as none."""
        while not self.over.is_set():
            for key, _ in self.selector.select(0.1):
                received = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
                self.bytes += len(received)
                self.prices += received.count(EVENT)
                self.snapshots += received.count(SNAPSHOT)


@contextmanager
def crowd(port: int, token: str) -> Iterator[Crowd]:
    found = Crowd(port, token)
    thread = threading.Thread(target=found.read)
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        thread.join()
        for reader in found.sockets:
            reader.close()


def found(feed: FeedStage, held_hours: int) -> dict[str, float]:
    """What a reader costs, by the names of `benchmarks.scaling_sums.Constants`, and a snapshot."""
    try:
        feed.start(held_hours)
        token = (feed.stage.plan.state / "feed_token").read_text().strip()
        with crowd(feed.stage.plan.port, token) as readers:
            return measured(feed, readers)
    finally:
        feed.end()


def measured(feed: FeedStage, readers: Crowd) -> dict[str, float]:
    """A day's snapshot, memory of so many, what waiting costs them, and what publications do."""
    web = psutil.Process(feed.web.process.pid)
    readers.join(FIRST, hours=24)
    snapshot = readers.bytes / FIRST
    time.sleep(SETTLING_S)
    before = web.memory_full_info().pss
    readers.join(READERS - FIRST)
    time.sleep(SETTLING_S)
    held = (web.memory_full_info().pss - before) / (READERS - FIRST)
    waiting = watched(web, readers, WAITS_S)
    feed.publish(PAUSE_S, 1)
    time.sleep(STARTING_S)
    windows = [watched(web, readers, LASTS_S) for _ in range(WINDOWS)]
    best = min(windows, key=lambda one: one.cpu_s / max(one.prices, 1))
    return {
        "snapshot_bytes": snapshot,
        "reader_bytes": held,
        "waiting_us_a_s": waiting.cpu_s / WAITS_S / READERS * 1e6,
        "waiting_bytes_a_s": waiting.bytes / WAITS_S / READERS,
        "write_us": best.cpu_s / max(best.prices, 1) * 1e6,
        "price_bytes": best.bytes / max(best.prices, 1),
        "deliveries": best.prices,
    }


def watched(web: psutil.Process, readers: Crowd, seconds: float) -> Window:
    """What comes in some seconds, and what it costs the web process."""
    readers.bytes = readers.prices = 0
    began = sum(web.cpu_times()[:2])
    time.sleep(seconds)
    return Window(sum(web.cpu_times()[:2]) - began, readers.bytes, readers.prices)
