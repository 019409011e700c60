"""What a reader of the live feed costs one web process: memory, processor time, bytes."""

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

import psutil

from benchmarks.feed_stage import FeedStage

READERS, FIRST = 500, 20
PAUSE_S, STARTING_S, LASTS_S, SETTLING_S = 0.2, 2, 4, 2
WAITS_S, WINDOWS = 10, 2
REQUEST = (
    "GET /ws?hubs=SP15&hours={hours} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
)
PING, HTTP = 0x89, b"HTTP/1.1 "
EVENT, SNAPSHOT = b'{"type":"events"', b'{"type":"snapshot"'
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
        self.unfinished: dict[socket.socket, bytes] = {}
        self.over = threading.Event()

    def join(self, readers: int, hours: int = 1) -> None:
        """Connect some more, and wait until each has its snapshot."""
        wanted = self.snapshots + readers
        asked = REQUEST.format(hours=hours, port=self.port, token=self.token).encode()
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
        """Until it is over."""
        while not self.over.is_set():
            for key, _ in self.selector.select(0.1):
                self.take(cast(socket.socket, key.fileobj))

    def take(self, reader: socket.socket) -> None:
        """What has come to one of them; pings are answered, as browsers do."""
        received = reader.recv(1 << 20)
        self.bytes += len(received)
        unfinished = self.unfinished.get(reader, b"") + received
        while whole := frame_of(unfinished):
            first, payload, unfinished = whole
            if first == PING:
                reader.send(pong(payload))
            self.prices += payload.startswith(EVENT)
            self.snapshots += payload.startswith(SNAPSHOT)
        self.unfinished[reader] = unfinished


def frame_of(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first byte of the first frame, its payload, and what comes after; None if it is cut."""
    if data.startswith(HTTP):
        data = data.partition(b"\r\n\r\n")[2]
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size >= 126:
        start = 4 if size == 126 else 10
        size = int.from_bytes(data[2:start], "big")
    if len(data) < start + size:
        return None
    return data[0], data[start : start + size], data[start + size :]


def pong(payload: bytes) -> bytes:
    """The answer to a ping, masked with zeros."""
    return bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload


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
    web = feed.web.process.pid
    memory = psutil.Process(web).memory_full_info
    readers.join(FIRST, hours=24)
    snapshot = readers.bytes / FIRST
    time.sleep(SETTLING_S)
    before, alone = memory().pss, quietest(web, readers, WAITS_S)
    readers.join(READERS - FIRST)
    time.sleep(SETTLING_S)
    more = READERS - FIRST
    held = (memory().pss - before) / more
    waiting = quietest(web, readers, WAITS_S)
    feed.publish(PAUSE_S, 1)
    time.sleep(STARTING_S)
    best = quietest(web, readers, LASTS_S)
    return {
        "snapshot_bytes": snapshot,
        "reader_bytes": held,
        "waiting_us_a_s": max(0.0, waiting.cpu_s - alone.cpu_s) / WAITS_S / more * 1e6,
        "waiting_bytes_a_s": waiting.bytes / WAITS_S / READERS,
        "write_us": best.cpu_s / max(best.prices, 1) * 1e6,
        "price_bytes": best.bytes / max(best.prices, 1),
        "deliveries": best.prices,
    }


def quietest(process: int, readers: Crowd, seconds: float) -> Window:
    """The cheapest of some windows: other programs on the machine only add to it."""
    windows = [watched(process, readers, seconds) for _ in range(WINDOWS)]
    return min(windows, key=lambda one: one.cpu_s / max(one.prices, 1))


def watched(process: int, readers: Crowd, seconds: float) -> Window:
    """What comes in some seconds, and what it costs the web process, whoever reads."""
    readers.bytes = readers.prices = 0
    began = cpu_s(process)
    time.sleep(seconds)
    return Window(cpu_s(process) - began, readers.bytes, readers.prices)


def cpu_s(process: int) -> float:
    """Processor time of its threads, to the nanosecond: ten milliseconds are too coarse here."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
