"""uvicorn and granian run the same applications as Daphne: the way out, should it be needed."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks.feed_stage import FeedStage
from benchmarks.stage import staged
from deploy.supervisor import ASKED_TO_END_S
from tests.prepared import Prepared
from tests.stack.test_live_feed import (
    BURSTS,
    NEVER_READ,
    WITHIN_S,
    Follower,
    address,
    event,
    frame,
    moved_on,
    opened,
    script,
)

pytestmark = pytest.mark.xdist_group("other-servers")
ROOT = Path(__file__).resolve().parents[2]
OF_AN_ADDRESS = 3
CROWDED = "127.0.0.2"  # no other test waits for its readers to leave
PROXY = "127.0.0.9"
TOO_LONG = 64 * 1024 + 1
Greeting = Callable[[FeedStage, AsyncExitStack], Awaitable[str]]
MISSED = 10
MORE_THAN_THE_SYSTEM_KEEPS = 4_000_000  # without the queue, all stood still at 2.9 MB


def commands() -> dict[str, str]:
    """How each server is started, as docs/architecture.md says."""
    lines = (ROOT / "docs" / "architecture.md").read_text().splitlines()
    found = [line.strip() for line in lines if line.endswith(" caisoproject.asgi:application")]
    return {line.partition(" ")[0]: line.replace("8000", "$PORT") for line in found}


@pytest.fixture(scope="module", params=["uvicorn", "granian"])
def stage(request: pytest.FixtureRequest, prepared: Prepared) -> Iterator[FeedStage]:
    """Another server in the place of the web process, and a publisher."""
    with staged() as played:
        var_dir = played.plan.state.parent
        (var_dir / "static").unlink()
        prepared.give_static_files(var_dir)
        told = {
            "SOCKETS_PER_ADDRESS": str(OF_AN_ADDRESS),
            "TRUSTED_PROXIES": PROXY,
            "PYTHONPATH": str(ROOT),
        }
        stage = FeedStage(replace(played, environ={**played.environ, **told}))
        stage.web.line = commands()[request.param]
        try:
            stage.start(held_hours=2)
            stage.publish(0.25, MISSED)
            yield stage
        finally:
            stage.end()


def test_the_page_its_files_and_the_answers_come(stage: FeedStage) -> None:
    assert stage.stage.get("/api/current?hub=NP15")["hub"] == "NP15"
    with urlopen(stage.stage.url, timeout=20) as page:
        html = page.read().decode()
    script = html.partition('type="module" src="')[2].partition('"')[0]
    with urlopen(stage.stage.url + script, timeout=20) as file:
        assert file.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("says_so", [True, False])
async def test_a_body_that_is_too_long_is_refused(stage: FeedStage, says_so: bool) -> None:
    host, _, port = address(stage).partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    said = f"Content-Length: {TOO_LONG}" if says_so else "Transfer-Encoding: chunked"
    writer.write(f"POST /alerts/1/acknowledge/ HTTP/1.1\r\nHost: {host}\r\n{said}\r\n\r\n".encode())
    if not says_so:
        writer.write(f"{TOO_LONG:x}\r\n{'x' * TOO_LONG}\r\n0\r\n\r\n".encode())
    async with asyncio.timeout(WITHIN_S):
        assert b" 413 " in await reader.readline()
    writer.transport.abort()


async def test_a_socket_gets_what_is_published_once_and_is_answered(stage: FeedStage) -> None:
    async with opened(stage) as page:
        epoch = (await frame(page, "hello"))["feeds"]["SP15"]["epoch"]
        follows = Follower((await frame(page, "snapshot"))["seq"])
        await follow(page, follows, await moved_on(stage))
        await page.send('{"type":"ping","id":7}')
        assert (await frame(page, "pong"))["id"] == 7
        await page.send("nonsense")
        assert (await frame(page, "error"))["code"] == "not_json"
        missed = {"epoch": epoch, "seq": follows.seq - MISSED}
        await page.send(json.dumps({"type": "resume", "feeds": {"SP15": missed}}))
        while (again := await frame(page, "events"))["prev"] != missed["seq"]:
            follows.take(again)
        assert again["seq"] >= follows.seq


async def follow(page: ClientConnection, follows: Follower, head: int) -> None:
    """Take what is published, up to this head."""
    while follows.seq < head:
        follows.take(await frame(page, "events"))


async def test_who_comes_back_gets_what_it_missed(stage: FeedStage) -> None:
    async with opened(stage) as page:
        epoch = (await frame(page, "hello"))["feeds"]["SP15"]["epoch"]
        follows = Follower((await frame(page, "snapshot"))["seq"])
    await moved_on(stage)
    async with opened(stage, f"SP15&after={epoch}:{follows.seq}") as page:
        await follow(page, follows, await moved_on(stage))


async def test_the_stream_gets_what_is_published_once(stage: FeedStage) -> None:
    async with script(stage) as reader:
        follows = Follower((await event(reader, "snapshot"))["seq"])
        head = await moved_on(stage)
        while follows.seq < head:
            follows.take(await event(reader, "events"))


async def test_an_address_has_so_many_readers_and_who_leaves_makes_room(stage: FeedStage) -> None:
    for greeting in (greeting_of_a_socket, greeting_of_a_stream):
        async with AsyncExitStack() as readers:
            greetings = [await let_in(stage, greeting, readers)]
            while "error" not in greetings:
                greetings.append(await greeting(stage, readers))
        assert 1 <= greetings.count("hello") <= OF_AN_ADDRESS
        async with AsyncExitStack() as readers:
            await let_in(stage, greeting, readers)


async def let_in(stage: FeedStage, greeting: Greeting, readers: AsyncExitStack) -> str:
    """How a reader is greeted, once there is room for it: those of before may still be leaving."""
    async with asyncio.timeout(WITHIN_S):
        while (greeted := await greeting(stage, readers)) == "error":
            await asyncio.sleep(0.05)
        return greeted


async def greeting_of_a_socket(stage: FeedStage, readers: AsyncExitStack) -> str:
    page = await readers.enter_async_context(opened(stage, local_addr=(CROWDED, 0)))
    return str(json.loads(await page.recv())["type"])


async def greeting_of_a_stream(stage: FeedStage, readers: AsyncExitStack) -> str:
    reader = await readers.enter_async_context(script(stage, local_addr=(CROWDED, 0)))
    while not (line := await reader.readline()).startswith(b"event: "):
        assert line, "the stream has ended"
    return line.removeprefix(b"event: ").decode().strip()


async def test_behind_a_trusted_proxy_each_reader_counts_for_himself(stage: FeedStage) -> None:
    async with AsyncExitStack() as readers:
        of_one = [await passed_on(stage, readers, "203.0.113.1") for _ in range(OF_AN_ADDRESS + 1)]
        assert of_one == ["hello"] * OF_AN_ADDRESS + ["error"]
        made_up = await passed_on(stage, readers, "198.51.100.1, 203.0.113.1")
        another = await passed_on(stage, readers, "203.0.113.1, 203.0.113.2")
        assert (made_up, another) == ("error", "hello")
        with pytest.raises(InvalidStatus):
            await passed_on(stage, readers, "203.0.113.3", proxy=CROWDED)


async def passed_on(
    stage: FeedStage, readers: AsyncExitStack, address_list: str, proxy: str = PROXY
) -> str:
    """How a page over https is greeted, which a proxy passes on."""
    headers = {"X-Forwarded-For": address_list, "X-Forwarded-Proto": "https"}
    page = connect(
        f"ws://{address(stage)}/ws?hubs=SP15",
        origin=f"https://{address(stage)}",
        additional_headers=headers,
        local_addr=(proxy, 0),
        proxy=None,
    )
    opened_page = await readers.enter_async_context(page)
    return str(json.loads(await opened_page.recv())["type"])


@pytest.mark.long
async def test_a_reader_that_takes_nothing_holds_up_nobody_and_is_dropped(
    stage: FeedStage,
) -> None:
    opening = socket.socket()
    opening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NEVER_READ)
    opening.connect(("127.0.0.1", stage.stage.plan.port))
    async with (
        opened(stage, BURSTS, sock=opening, max_queue=1, ping_interval=None) as slow,
        opened(stage, BURSTS) as page,
    ):
        behind = Follower((await frame(slow, "snapshot"))["seq"])
        slow.transport.pause_reading()
        taken = 0
        async with asyncio.timeout(2 * WITHIN_S):
            while taken < MORE_THAN_THE_SYSTEM_KEEPS:
                stage.order("burst")
                taken += len(await page.recv())
        slow.transport.resume_reading()
        with pytest.raises(ConnectionClosed):
            await follow(slow, behind, sys.maxsize)


async def test_a_socket_that_is_refused_learns_why(stage: FeedStage) -> None:
    async with opened(stage, "SP15&hours=0") as client:
        assert (await frame(client, "error"))["code"] == "bad_hours"
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd.code == 4400
    foreign = connect(f"ws://{address(stage)}/ws", origin="http://elsewhere.example", proxy=None)
    with pytest.raises(InvalidStatus) as refused:
        await foreign
    assert refused.value.response.status_code == 403


async def test_at_sigterm_it_ends_within_the_launchers_time(stage: FeedStage) -> None:
    async with opened(stage) as page, script(stage) as reader:
        await frame(page, "snapshot")
        await event(reader, "snapshot")
        stage.web.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            await frame(page, "never")
        await stage.web.ended(ASKED_TO_END_S)
    await stage.web.start_again()
    stage.stage.wait_until(lambda: stage.stage.get("/api/current") is not None, 30, "the web")
