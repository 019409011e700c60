"""What a reader of the live feed costs one web process: memory, processor time, bytes."""

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.feed_stage import FeedStage
from benchmarks.figures import Figure

READERS, FIRST = 500, 20
PAUSE_S, STARTING_S, LASTS_S, SETTLING_S = 0.2, 2, 10, 2
REQUEST = (
    "GET /api/v1/stream?hubs=SP15&hours={hours} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{token}\r\n"
)
EVENT, SNAPSHOT = b"event: events\n", b"event: snapshot\n"
CONNECTS_WITHIN_S = 30


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


def figures(feed: FeedStage, held_hours: int) -> list[Figure]:
    try:
        feed.start(held_hours)
        token = (feed.stage.plan.state / "feed_token").read_text().strip()
        with crowd(feed.stage.plan.port, token) as readers:
            return measured(feed, readers)
    finally:
        feed.end()


def measured(feed: FeedStage, readers: Crowd) -> list[Figure]:
    """A day's snapshot, then memory of so many, then what publications cost them."""
    web = psutil.Process(feed.web.process.pid)
    readers.join(FIRST, hours=24)
    snapshot = readers.bytes / FIRST
    time.sleep(SETTLING_S)
    before = web.memory_full_info().pss
    readers.join(READERS - FIRST)
    time.sleep(SETTLING_S)
    held = (web.memory_full_info().pss - before) / (READERS - FIRST)
    feed.publish(PAUSE_S, 1)
    time.sleep(STARTING_S)
    readers.bytes = readers.prices = 0
    began = sum(web.cpu_times()[:2])
    time.sleep(LASTS_S)
    spent = sum(web.cpu_times()[:2]) - began
    each = readers.bytes / max(readers.prices, 1)
    return [
        Figure(
            "scaling, a reader: snapshot of 24 hours", f"{snapshot / 1000:,.0f} kB", "uncompressed"
        ),
        Figure(
            "scaling, a reader: memory of the web process",
            f"{held / 1024:,.0f} KiB",
            f"PSS, {READERS} readers",
        ),
        Figure(
            "scaling, a reader: a price to a socket",
            f"{spent / max(readers.prices, 1) * 1e6:.1f} µs",
            f"processor time, {readers.prices:,} deliveries",
        ),
        Figure(
            "scaling, a reader: a price on the wire",
            f"{each:,.0f} B",
            "an event of the stream, heartbeats included",
        ),
    ]
