"""Two web processes as the launcher runs them: one is killed, and nobody misses anything."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.prepared import Prepared
from tests.stack.running import ROOT, Stack, running_stack, wait_until
from tests.stack.test_live_feed import WITHIN_S, Follower, frame

pytestmark = pytest.mark.xdist_group("web-processes")
READERS = 40
NO_OASIS = "http://127.0.0.1:1/oasisapi"
LAUNCHER_ENDS_WITHIN_S = 10


class Reader(Follower):
    """Follows SP15, and comes back with its cursor when its connection breaks."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(0)
        self.host = f"127.0.0.1:{stack.port}"
        self.epoch = ""
        self.client: ClientConnection
        self.closings: list[int | None] = []

    async def begin(self) -> None:
        await self.connect("")
        self.epoch = (await frame(self.client, "hello"))["feeds"]["SP15"]["epoch"]
        self.seq = (await frame(self.client, "snapshot"))["seq"]

    async def connect(self, after: str) -> None:
        address = f"ws://{self.host}/ws?hubs=SP15{after}"
        origin = f"http://{self.host}"
        self.client = await connect(address, origin=origin, compression=None, proxy=None)

    async def follow(self, events: int) -> None:
        """Take so many more events, each after the one before."""
        until = self.seq + events
        while self.seq < until:
            try:
                self.take(await frame(self.client, "events"))
            except ConnectionClosed as closed:
                self.closings.append(closed.rcvd and closed.rcvd.code)
                await self.connect(f"&after={self.epoch}:{self.seq}")

    async def bye(self) -> int:
        """The close code, after a goodbye."""
        assert (await frame(self.client, "bye"))["retry_ms"]
        with pytest.raises(ConnectionClosed) as closed:
            await self.client.recv()
        return int(closed.value.rcvd.code)

    @property
    def port(self) -> int:
        return int(self.client.local_address[1])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Stack]:
    """A stack with two web processes and no OASIS."""
    folder = tmp_path_factory.mktemp("two")
    prepared.give_static_files(folder)
    prepared.give_database(folder)
    settings = {"WEB_PROCESSES": "2", "SOCKETS_PER_ADDRESS": str(2 * READERS)}
    with running_stack(folder, NO_OASIS, **settings) as stack:
        wait_until(lambda: stack.get("/api/current"), 60, "an answer")
        yield stack


@contextmanager
def publishing(stack: Stack) -> Iterator[None]:
    """Five events of each hub every quarter of a second."""
    environ = {"VAR_DIR": str(stack.state.parent), "SOURCE": "simulator"}
    environ["DJANGO_SETTINGS_MODULE"] = "caisoproject.settings"
    command = [sys.executable, "-m", "benchmarks.feed_publisher", "0.25", "5", "144"]
    with subprocess.Popen(command, cwd=ROOT, env=environ) as publisher:
        yield
        publisher.terminate()


def webs(stack: Stack) -> list[psutil.Process]:
    """The web processes that run, the oldest first."""
    found = []
    for child in psutil.Process(stack.launcher.pid).children():
        with suppress(psutil.Error):  # one that was killed, and not waited for yet
            if "caisoproject.web" in child.cmdline():
                found.append(child)
    return sorted(found, key=lambda web: web.create_time())


def clients_of(web: psutil.Process, port: int) -> set[int]:
    """The ports of those who are connected to a web process."""
    with suppress(psutil.Error):
        opened = web.net_connections("tcp")
        return {one.raddr.port for one in opened if one.raddr and one.laddr.port == port}
    return set()


async def until_two_accept(stack: Stack) -> None:
    """Come again and again, until each of two web processes has taken somebody in."""
    async with asyncio.timeout(WITHIN_S):
        with ExitStack() as came:
            while sum(bool(clients_of(web, stack.port)) for web in webs(stack)) < 2:
                came.enter_context(socket.create_connection(("127.0.0.1", stack.port), 20))
                await asyncio.sleep(0.05)


async def test_a_killed_process_costs_its_readers_nothing_and_the_others_notice_nothing(
    stack: Stack,
) -> None:
    readers = [Reader(stack) for _ in range(READERS)]
    await until_two_accept(stack)
    with publishing(stack):
        for reader in readers:
            await reader.begin()
        await all_follow(readers, events=10)
        first, second = (clients_of(web, stack.port) for web in webs(stack))
        lose, stay = ([one for one in readers if one.port in of] for of in (first, second))
        assert min(len(lose), len(stay)) > READERS / 5
        webs(stack)[0].kill()
        await all_follow(readers, events=20)
        assert {tuple(reader.closings) for reader in stay} == {()}
        assert {tuple(reader.closings) for reader in lose} == {(None,)}
    await until_two_accept(stack)
    stack.launcher.send_signal(signal.SIGTERM)
    assert set(await asyncio.gather(*(reader.bye() for reader in readers))) == {1012}
    assert stack.launcher.wait(LAUNCHER_ENDS_WITHIN_S) == 0
    said = stack.output.read_text()
    assert said.count("was killed by SIGKILL; starting it again in 1 s.") == 1
    assert "launcher  | web." in said


async def all_follow(readers: list[Reader], events: int) -> None:
    await asyncio.gather(*(reader.follow(events) for reader in readers))
