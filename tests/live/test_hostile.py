"""What a hostile reader tries on the real web process, without an account."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from websockets.asyncio.client import connect

from caisoproject.memory import give_back_memory, resident_mb
from tests.live.real_web import Web, read_to_the_end, request, running_web
from tests.prepared import Prepared

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("stack")]
MANY_MB = 40
A_MB = b"x" * 2**20


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Web]:
    """A web process that may open 1,024 files, as most may."""
    with running_web(tmp_path_factory.mktemp("hostile"), prepared, files=1024) as running:
        yield running


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("path", ["/", "/api/v1/rules/preview", "/accounts/log-in/", "/nowhere"])
def test_a_body_that_says_it_is_long_is_refused_before_it_comes(web: Web, path: str) -> None:
    answer = web.ask(path, f"Content-Length: {64 * 1024 + 1}", method="POST")
    assert status(answer) == 413
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    if path.startswith("/api/"):
        assert json.loads(body)["detail"] == "A request's body has at most 65536 bytes here."


def test_a_body_in_chunks_is_refused_where_it_gets_long_and_costs_no_memory(web: Web) -> None:
    before = web.memory_mb
    with web.connect() as client, suppress(ConnectionError):
        head = request("/api/current", web.port, "Transfer-Encoding: chunked", method="POST")
        client.sendall(head)
        client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n1\r\nx")
        assert status(read_to_the_end(client)) == 413
    for say in (f"Content-Length: {MANY_MB * 2**20}", "Transfer-Encoding: chunked"):
        with web.connect() as client, suppress(ConnectionError):
            client.sendall(request("/", web.port, say, method="POST"))
            for _ in range(MANY_MB):
                client.sendall(b"100000\r\n" + A_MB + b"\r\n")
    assert web.answers()
    assert web.memory_mb - before < MANY_MB / 2


def test_a_body_within_the_bound_is_read_whole(web: Web) -> None:
    with web.connect() as client:
        say = f"Content-Length: {64 * 1024}"
        client.sendall(request("/api/current", web.port, say, method="POST"))
        client.sendall(b"x" * 64 * 1024)
        assert status(read_to_the_end(client)) == 403  # of Django: it has no CSRF token


def test_on_a_full_disk_it_can_still_read_as_the_files_beside_sqlite_stay(web: Web) -> None:
    assert status(web.ask("/api/current")) == 200
    beside = {file.suffix for file in (web.output.parent / "simulator").glob("db.*")}
    assert beside == {".sqlite3", ".sqlite3-shm", ".sqlite3-wal"}


def test_a_root_path_that_anybody_may_write_is_not_believed(web: Web) -> None:
    for root in ("/admin", "/metrics", "%ff", "nonsense", "\xff"):
        assert status(web.ask("/healthz", f"Daphne-Root-Path: {root}")) == 200
    assert "Traceback" not in web.said


UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


@pytest.mark.parametrize(
    ("path", "origin", "expected"),
    [
        ("/nowhere", "null", 404),
        ("/ws/more", "null", 404),
        ("/ws", "null", 403),
        ("/ws", "file://", 403),
        ("/ws", "file:///home/me/page.html", 403),
        ("/ws", "about:blank", 403),
        ("/ws", "http://[", 403),
        ("/ws", "http://evil.example", 403),
    ],
)
def test_a_socket_that_may_not_open_is_refused_with_a_status(
    web: Web, path: str, origin: str, expected: int
) -> None:
    assert status(web.ask(path, *UPGRADE, f"Origin: {origin}")) == expected
    assert "Traceback" not in web.said


async def test_half_open_requests_shut_nobody_out_and_a_live_reader_keeps_its_heartbeats(
    web: Web,
) -> None:
    host = f"127.0.0.1:{web.port}"
    async with connect(f"ws://{host}/ws", origin=f"http://{host}") as page:
        await heartbeat(page)
        with ExitStack() as held:
            for number in range(1100):
                held.enter_context(half_open(web, number))
                if number % 100 == 0:
                    await asyncio.sleep(0)
            assert await asyncio.to_thread(web.answers)
            await heartbeat(page)
            await heartbeat(page)


async def heartbeat(page: object) -> None:
    async with asyncio.timeout(15):
        while json.loads(await page.recv())["type"] != "heartbeat":  # type: ignore[attr-defined]
            pass


def half_open(web: Web, number: int) -> socket.socket:
    """The beginning of a request, from one of fifty addresses of loopback."""
    source = (f"127.0.1.{number % 50 + 1}", 0)
    client = socket.create_connection(("127.0.0.1", web.port), timeout=20, source_address=source)
    with suppress(ConnectionError):
        client.sendall(b"GET / HTTP/1.1\r\n")
    return client


def test_fewer_readers_than_wanted_are_taken_where_files_are_few_and_it_is_said(web: Web) -> None:
    assert "fewer readers than SOCKETS_MOST fit" in web.said
    assert "readers=700" in web.said


def test_memory_that_is_free_again_goes_back_to_the_system() -> None:
    if not resident_mb():
        pytest.skip("this system does not say what a process holds")
    many = [b"x" * 60_000 + str(n).encode() for n in range(1500)]
    kept = many[::100]  # what lies between keeps glibc from giving the rest back by itself
    many.clear()
    held = resident_mb()
    give_back_memory()
    assert len(kept) == 15
    assert resident_mb() < held - 40
