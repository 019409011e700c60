"""A reader that follows hubs as the page does: it keeps cursors, resumes, and reconnects."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks.feed_check import Line, digest
from benchmarks.feed_client import FeedClient
from live.cursor import Cursor, Step

HUBS = ("NP15", "SP15")
FIRST_RETRY_S, LONGEST_RETRY_S = 1, 30
CUT_AS_SLOW, TOO_MANY_SOCKETS = 4408, 4429
LONG_WAIT_S = 30
OPENING_S, DEAD_S = 10, 30
RESUME_AGAIN_S = 2


class Frame(NamedTuple):
    """A frame from the server, and the seq and digest of each of its events."""

    body: dict[str, Any]
    events: list[tuple[int, bytes]]


@lru_cache(maxsize=128)
def read(text: bytes) -> Frame:
    """The frame in a text. Readers get the same texts: each is parsed once."""
    body = json.loads(text)
    return Frame(body, [(event["seq"], digest(event)) for event in body.get("events", ())])


Took = Callable[[str, int, int, float], None]


class Reader:
    """One reader: its cursor in each hub, and in `lines` what it got."""

    def __init__(
        self, url: str, took: Took | None = None, way: Mapping[str, Any] | None = None
    ) -> None:
        """`way` is what asyncio is told of the connection: its TLS, the address to come from."""
        self.scheme, self.host = urlsplit(url)[:2]
        self.way = way or {}
        self.took = took
        self.cursors: dict[str, Cursor] = {}
        self.lines = {hub: Line() for hub in HUBS}
        self.left = 0
        self.codes: list[int] = []
        self.client: FeedClient | None = None
        self.coming: asyncio.Task[None] | None = None
        self.is_open = False
        self.heard_at = self.resumed_at = 0.0
        self.attempt = 0
        self.retry_s: float | None = None

    def start(self) -> None:
        self.coming = asyncio.ensure_future(self.come(0))

    async def come(self, wait_s: float) -> None:
        """Open a socket after `wait_s` seconds."""
        await asyncio.sleep(wait_s)
        loop = asyncio.get_running_loop()
        client = FeedClient(self.host, self.path(), self.hear, self.ended, self.scheme)
        name, _, port = self.host.partition(":")
        self.heard_at = time.monotonic()
        try:
            await loop.create_connection(lambda: client, name, int(port), **self.way)
        except OSError:
            self.ended(0)
        else:
            self.client = client

    def path(self) -> str:
        """The address to connect to, with the reader's cursors once it has any."""
        after = ",".join(
            f"{cursor.epoch}:{cursor.seq}" if (cursor := self.cursors.get(hub)) else ""
            for hub in HUBS
        )
        return f"/ws?hubs={','.join(HUBS)}" + (f"&after={after}" if self.cursors else "")

    def ended(self, code: int) -> None:
        """A socket ended, or never opened: reconnect after a wait that is half random."""
        self.codes.append(code)
        self.client = None
        self.is_open = False
        wait_s, self.retry_s = self.retry_s, None
        if wait_s is None:
            wait_s = self.wait_s(code)
            self.attempt += 1
        self.coming = asyncio.ensure_future(self.come(wait_s))

    def wait_s(self, code: int) -> float:
        """Longer after each failed attempt, and as the close code asks."""
        if code == TOO_MANY_SOCKETS:
            return LONG_WAIT_S * (1 + random.random())
        attempt = 0 if code == CUT_AS_SLOW else self.attempt
        longest = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0**attempt)
        return longest / 2 + random.random() * longest / 2

    def hear(self, text: bytes) -> None:
        frame = read(text)
        kind = frame.body["type"]
        if kind == "events":
            self.take(frame)
        elif kind == "heartbeat":
            self.heartbeat(frame.body)
        elif kind == "snapshot":
            self.begin(frame.body)
        elif kind == "hello":
            self.is_open = True
            self.heard_at = time.monotonic()
        elif kind == "bye":
            self.retry_s = frame.body["retry_ms"] / 1000

    def begin(self, body: dict[str, Any]) -> None:
        """A snapshot: begin the hub again."""
        cursor = Cursor(body["epoch"], body["seq"])
        self.cursors[body["hub"]] = cursor
        self.lines[body["hub"]].begin(*cursor)

    def take(self, frame: Frame) -> None:
        """Take what continues at the cursor, ignore what is held, resume if anything is missing."""
        body = frame.body
        hub, seq = body["hub"], body["seq"]
        cursor = self.cursors.get(hub)
        step = cursor.step(body["epoch"], body["prev"], seq) if cursor else Step.GAP
        if step is Step.NEXT:
            self.cursors[hub] = Cursor(body["epoch"], seq)
            line = self.lines[hub]
            for number, name in frame.events:
                line.add(number, name)
            if self.took:
                self.took(hub, body["prev"], seq, time.monotonic())
        elif step is Step.SEEN:
            self.left += 1
        else:
            self.resume()

    def heartbeat(self, body: dict[str, Any]) -> None:
        """The server is alive. A head that is still ahead of us after 2 s means a lost frame."""
        self.heard_at = time.monotonic()
        self.attempt = 0
        if any(cursor.seq < body["feeds"].get(hub, 0) for hub, cursor in self.cursors.items()):
            asyncio.get_running_loop().call_later(RESUME_AGAIN_S, self.resume_where_behind, body)

    def resume_where_behind(self, body: dict[str, Any]) -> None:
        """Resume if a head that a heartbeat named was not reached since."""
        if any(cursor.seq < body["feeds"].get(hub, 0) for hub, cursor in self.cursors.items()):
            self.resume()

    def resume(self) -> None:
        """Ask for what was missed on the same socket, but not again while the answer is due."""
        now = time.monotonic()
        if self.client and self.is_open and now - self.resumed_at > RESUME_AGAIN_S:
            self.resumed_at = now
            feeds = {hub: cursor._asdict() for hub, cursor in self.cursors.items()}
            self.client.say(json.dumps({"type": "resume", "feeds": feeds}))

    def watch(self) -> None:
        """Called once a second: give up a socket that was silent for too long."""
        silent_s = time.monotonic() - self.heard_at
        if self.client and silent_s > (DEAD_S if self.is_open else OPENING_S):
            self.client.transport.abort()

    def cut(self) -> None:
        if self.client:
            self.client.cut()

    def stall(self, seconds: float) -> None:
        """Read nothing for so many seconds."""
        if self.client:
            transport = self.client.transport
            transport.pause_reading()
            asyncio.get_running_loop().call_later(seconds, resume_reading, transport)

    def is_whole(self, heads: dict[str, int]) -> bool:
        """Whether it is connected and has caught up with these heads."""
        return self.is_open and all(
            hub in self.cursors and self.cursors[hub].seq >= heads[hub] for hub in HUBS
        )

    def leave(self) -> None:
        """Disconnect for good."""
        if self.client:
            self.client.on_end = lambda code: None
            self.client.transport.abort()
        if self.coming:
            self.coming.cancel()


def resume_reading(transport: asyncio.Transport) -> None:
    """Read on, unless the connection is closing."""
    if not transport.is_closing():
        transport.resume_reading()
