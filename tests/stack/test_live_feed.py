"""The live feed as it runs: the web process of the Procfile, Valkey, SQLite, real sockets.

A publisher beside it stores and announces prices, as a poll does.
"""

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import async_playwright
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.feed_stage import FeedStage
from benchmarks.stage import SAID, staged
from tests.browser import CHROMIUM, FLAGS

pytestmark = pytest.mark.xdist_group("stack")
WITHIN_S = 30
HTTP_TIMEOUT_S = 2
BYE_WITHIN_S = 5
NEVER_READ = 4096
A_LINE = 2**22
# What an EventSource hears, with its state at that moment: 0 connecting, 1 open, 2 closed for good.
FOLLOW = """() => {
  const source = new EventSource("/api/v1/stream?hubs=SP15");
  const note = ({ type }) => window.heard.push([type, source.readyState]);
  window.heard = [];
  for (const kind of ["snapshot", "events", "bye", "error"]) source.addEventListener(kind, note);
}"""
CAME_BACK = """() => {
  const kinds = window.heard.map(([kind]) => kind);
  const bye = kinds.lastIndexOf("bye");
  return bye >= 0 && kinds.indexOf("events", bye) >= 0;
}"""
BURSTS = "NP15"  # the publisher's bursts are of this hub


@pytest.fixture(scope="module")
def stage() -> Iterator[FeedStage]:
    """A web process that gives ordinary answers 2 s, and a publisher that announces much."""
    with staged() as played:
        stage = FeedStage(replace(played, environ={**played.environ, "LOG_LEVEL": "INFO"}))
        line = stage.web.line
        stage.web.line = line.replace("--http-timeout 30", f"--http-timeout {HTTP_TIMEOUT_S}")
        assert stage.web.line != line
        try:
            stage.start(held_hours=2)
            stage.publish(0.25, 10)
            yield stage
        finally:
            stage.end()


def address(stage: FeedStage) -> str:
    return f"127.0.0.1:{stage.stage.plan.port}"


def opened(stage: FeedStage, hub: str = "SP15", **options: Any) -> connect:
    """A page's socket."""
    host = address(stage)
    url = f"ws://{host}/ws?hubs={hub}"
    return connect(url, origin=f"http://{host}", compression=None, **options)


async def frame(client: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    async with asyncio.timeout(WITHIN_S):
        while (received := json.loads(await client.recv()))["type"] != kind:
            pass
    return received


@asynccontextmanager
async def script(stage: FeedStage, **options: Any) -> AsyncIterator[asyncio.StreamReader]:
    """A reader of the stream."""
    host, _, port = address(stage).partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=A_LINE, **options)
    ours = f"Host: {address(stage)}\r\nOrigin: http://{address(stage)}"
    writer.write(f"GET /api/v1/stream HTTP/1.1\r\n{ours}\r\n\r\n".encode())
    try:
        yield reader
    finally:
        writer.transport.abort()


async def event(reader: asyncio.StreamReader, kind: str) -> dict[str, Any]:
    """The next server-sent event of a kind."""
    async with asyncio.timeout(WITHIN_S):
        while await reader.readline() != f"event: {kind}\n".encode():
            assert not reader.at_eof(), "the stream has ended"
        while not (line := await reader.readline()).startswith(b"data: "):
            pass
    return dict(json.loads(line.removeprefix(b"data: ")))


class Follower:
    """Takes events, and checks that each continues at the one before."""

    def __init__(self, seq: int) -> None:
        self.seq = seq

    def take(self, events: dict[str, Any]) -> None:
        assert events["prev"] == self.seq, "something is lost, doubled or out of order"
        self.seq = events["seq"]


async def test_socket_and_stream_stay_open_and_whole_when_redis_is_emptied_and_killed(
    stage: FeedStage,
) -> None:
    async with opened(stage) as page, script(stage) as reader:
        began = time.monotonic()
        follows = Follower((await frame(page, "snapshot"))["seq"])
        reads = Follower((await event(reader, "snapshot"))["seq"])
        for fault in (emptied, killed):
            await fault(stage)
            head = await moved_on(stage)
            while follows.seq < head:
                follows.take(await frame(page, "events"))
            while reads.seq < head:
                reads.take(await event(reader, "events"))
        while time.monotonic() < began + 2 * HTTP_TIMEOUT_S + 2:
            reads.take(await event(reader, "events"))


async def emptied(stage: FeedStage) -> None:
    stage.ask("FLUSHALL")


async def killed(stage: FeedStage) -> None:
    await stage.valkey.restart(signal.SIGKILL)


async def moved_on(stage: FeedStage) -> int:
    """SP15's head once something was published."""
    before = stage.heads()["SP15"]
    async with asyncio.timeout(WITHIN_S):
        while (head := stage.heads()["SP15"]) == before:
            all_live(stage)
            await asyncio.sleep(0.05)
    return head


def all_live(stage: FeedStage) -> None:
    """Raises AssertionError with the last output if a program of the stage has ended."""
    for program in (stage.valkey, stage.web, stage.publisher):
        said = (stage.stage.plan.state / SAID).read_text(errors="replace")[-4000:]
        assert program.process.poll() is None, f"{program.line} has ended:\n{said}"


async def test_what_is_too_long_or_too_much_is_refused_and_costs_no_socket(
    stage: FeedStage,
) -> None:
    async with opened(stage) as client:
        await client.send("x" * 500_000)
        assert (await frame(client, "error"))["code"] == "too_large"
        for number in range(200):
            await client.send(json.dumps({"type": "ping", "id": number}))
        assert (await frame(client, "pong"))["id"] == 0
        assert (await frame(client, "error"))["code"] == "too_many_frames"
        assert (await frame(client, "events"))["events"]
        client.transport.abort()  # its goodbye would not be read for a while


async def test_a_client_that_never_reads_is_cut_and_reading_on_it_learns_why(
    stage: FeedStage,
) -> None:
    opening = socket.socket()
    opening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NEVER_READ)
    opening.connect(("127.0.0.1", stage.stage.plan.port))
    async with opened(stage, BURSTS, sock=opening, max_queue=1, ping_interval=None) as client:
        follows = Follower((await frame(client, "snapshot"))["seq"])
        client.transport.pause_reading()
        await cut(stage)
        client.transport.resume_reading()
        assert await read_to_the_end(client, follows) == 4408


async def read_to_the_end(client: ClientConnection, follows: Follower) -> int:
    """The close code of a socket, after all that was still on it."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while True:
                follows.take(await frame(client, "events"))
    except ConnectionClosed as closed:
        return closed.rcvd.code


async def cut(stage: FeedStage) -> None:
    """Return once the web process has logged that it cut a reader."""
    said = stage.stage.plan.state / SAID
    async with asyncio.timeout(WITHIN_S):
        while "cut a slow reader" not in said.read_text(errors="replace"):
            stage.order("burst")
            all_live(stage)
            await asyncio.sleep(0.1)


async def test_a_web_process_that_is_ended_says_goodbye_within_five_seconds(
    stage: FeedStage,
) -> None:
    async with opened(stage) as first, opened(stage) as second, script(stage) as reader:
        for client in (first, second):
            await frame(client, "snapshot")
        await event(reader, "snapshot")
        stage.web.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(BYE_WITHIN_S):
            retries = [(await frame(client, "bye"))["retry_ms"] for client in (first, second)]
            retries.append((await event(reader, "bye"))["retry_ms"])
            for client in (first, second):
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
                assert closed.value.rcvd.code == 1012
            await stage.web.ended()
    await stage.web.start_again()
    stage.stage.wait_until(lambda: stage.stage.get("/api/current") is not None, 30, "the web")
    assert len(set(retries)) > 1
    assert all(500 <= retry <= 5000 for retry in retries)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
async def test_a_browsers_event_source_comes_back_by_itself_while_a_reader_lingers(
    stage: FeedStage,
) -> None:
    async with async_playwright() as playwright, opened(stage, BURSTS, max_queue=1) as lingers:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        await page.goto(f"http://{address(stage)}/healthz")
        await page.evaluate(FOLLOW)
        await page.wait_for_function("() => window.heard.length")
        lingers.transport.pause_reading()
        await stage.web.restart(signal.SIGTERM)
        await page.wait_for_function(CAME_BACK)
        heard = await page.evaluate("() => window.heard")
        lingers.transport.abort()
        await browser.close()
    assert [kind for kind, state in heard if state == 2] == []
