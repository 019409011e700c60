"""A program: clients of the live feed that never read, and clients that flood it."""

import asyncio
import json
import random
import select
import socket
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from benchmarks.feed_client import FeedClient

PATH = "/ws?hubs=NP15,SP15"
LITTLE = 4096  # what the kernel may hold for a client that does not read
COMES_BACK_S = 1
GREETED_S = 0.05
CHUNK = 10
PING = '{"type":"ping","id":1}'
GONE = select.POLLHUP | select.POLLERR | select.POLLRDHUP


class NeverReads:
    """A client that opens a socket and reads nothing; when it is cut, it does so again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cut = 0
        self.open()

    def open(self) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
        self.socket.connect(("127.0.0.1", self.port))
        client = FeedClient(f"127.0.0.1:{self.port}", PATH, ignore, ignore)
        self.socket.sendall(client.request)
        self.poll = select.poll()
        self.poll.register(self.socket, GONE)

    def look(self) -> None:
        """Reconnect if the server has cut us."""
        if self.poll.poll(0):
            self.cut += 1
            self.socket.close()
            self.open()


class Floods:
    """A client that asks as fast as the network takes it; when it is cut, it does so again.

    It asks alternately for pongs and for everything after some random cursor.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.cut = self.asked = self.received = 0
        self.feeds: dict[str, dict[str, Any]] = {}

    def hear(self, text: bytes) -> None:
        self.received += 1
        if text.startswith(b'{"type":"hello"'):
            self.feeds = json.loads(text)["feeds"]

    async def flood(self) -> None:
        while True:
            socket_of = partial(Flooder, f"127.0.0.1:{self.port}", PATH, self.hear, ignore)
            loop = asyncio.get_running_loop()
            _, client = await loop.create_connection(socket_of, "127.0.0.1", self.port)
            while not client.transport.is_closing():
                while not self.feeds:
                    await asyncio.sleep(GREETED_S)
                await client.ask(CHUNK, (PING, self.resume()))
                self.asked += CHUNK
            self.cut += 1
            await asyncio.sleep(COMES_BACK_S)

    def resume(self) -> str:
        """A resume from a random cursor behind the head."""
        cursors = {
            hub: {"epoch": feed["epoch"], "seq": random.randint(0, feed["head"])}
            for hub, feed in self.feeds.items()
        }
        return json.dumps({"type": "resume", "feeds": cursors})


class Flooder(FeedClient):
    """One socket of such a client, which knows when the network takes more."""

    def __init__(self, *options: Any) -> None:
        super().__init__(*options)
        self.flows = asyncio.Event()
        self.flows.set()

    def pause_writing(self) -> None:
        self.flows.clear()

    def resume_writing(self) -> None:
        self.flows.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.flows.set()

    async def ask(self, count: int, questions: Sequence[str]) -> None:
        """Send so many questions, once there is room for them."""
        await self.flows.wait()
        for number in range(count if self.is_open else 0):
            self.say(questions[number % len(questions)])
        await asyncio.sleep(0)


def ignore(_frame: object) -> None:
    """Do nothing with a frame or a close code."""


async def rude(port: int, count: int, seconds: float) -> dict[str, int]:
    """Run `count` of each kind; how often they were cut, and how many frames they sent and got."""
    silent = [NeverReads(port) for _ in range(count)]
    loud = [Floods(port) for _ in range(count)]
    flooding = [asyncio.ensure_future(client.flood()) for client in loud]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(COMES_BACK_S)
        for client in silent:
            client.look()
    for task in flooding:
        task.cancel()
    return {
        "silent_cut": sum(client.cut for client in silent),
        "loud_cut": sum(client.cut for client in loud),
        "asked": sum(client.asked for client in loud),
        "received": sum(client.received for client in loud),
    }


def main(port: str, count: str, seconds: str) -> None:
    json.dump(asyncio.run(rude(int(port), int(count), float(seconds))), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
