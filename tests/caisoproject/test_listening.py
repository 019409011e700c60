"""Several web processes on one port: who gets what comes, and what holds for all together."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.sync.client import ClientConnection, connect

from caisoproject.listening import wait_seconds
from tests.live.real_web import Web, request, running_webs
from tests.prepared import Prepared

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("web-processes")]
CLIENTS = 60
TOKEN = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def webs(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[list[Web]]:
    """Two web processes."""
    with running_webs(tmp_path_factory.mktemp("webs"), prepared, 2) as running:
        yield running


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_new_clients_go_mostly_to_a_process_that_was_restarted() -> None:
    firsts = sum(wait_seconds(0) < wait_seconds(1000) for _ in range(1000))
    assert firsts > 800


def test_clients_are_spread_over_the_processes(webs: list[Web]) -> None:
    came = set()
    with ExitStack() as clients:
        for _ in range(CLIENTS):
            client = clients.enter_context(webs[0].connect())
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
            came.add(client.getsockname()[1])
        got = [len(web.clients() & came) for web in webs]
    assert sum(got) == CLIENTS
    assert min(got) > CLIENTS / 5


def test_an_address_tries_no_more_passwords_than_with_one_process(webs: list[Web]) -> None:
    tries = [wrong_password(webs[0]) for _ in range(24)]
    assert set(tries) == {200, 429}
    assert tries.count(200) <= 10


def wrong_password(web: Web) -> int:
    """The status of the answer to a try on a connection of its own."""
    form = urlencode({"username": "ada", "password": "wrong", "csrfmiddlewaretoken": TOKEN})
    cookie = f"Cookie: csrftoken={TOKEN}"
    kind = "Content-Type: application/x-www-form-urlencoded"
    headers = (cookie, kind, f"Content-Length: {len(form)}")
    return status(web.ask("/accounts/log-in/", *headers, method="POST", body=form.encode()))


def test_all_processes_count_the_same_for_prometheus(webs: list[Web]) -> None:
    give_up_at = time.monotonic() + 60  # one that was killed before us counts for 30 s
    while b'caiso_processes{kind="web"} 2.0' not in webs[0].ask("/metrics"):
        assert time.monotonic() < give_up_at  # each says every five seconds that it lives
    answers = {counted(webs[0].ask("/metrics")) for _ in range(8)}
    assert len(answers) == 1


def counted(answer: bytes) -> bytes:
    """Of an answer, what does not change from one moment to the next."""
    kept = (b"caiso_alerts", b"caiso_deliver", b"caiso_oasis_requests", b"caiso_processes")
    lines = answer.partition(b"\r\n\r\n")[2].splitlines()
    return b"\n".join(line for line in lines if line.startswith(kept))


@pytest.mark.long
def test_who_comes_while_a_process_says_goodbye_or_is_dead_is_served_by_the_others(
    tmp_path: Path, prepared: Prepared
) -> None:
    with running_webs(tmp_path, prepared, 3) as (first, second, third), ExitStack() as lingering:
        client = connected_to(first, lingering)
        first.process.send_signal(signal.SIGTERM)
        read_until(client, b'"bye"')
        second.process.send_signal(signal.SIGKILL)
        assert second.process.wait(timeout=20) == -signal.SIGKILL
        assert {greeting(third.port) for _ in range(30)} == {"hello"}
        assert first.process.wait(timeout=20) == 0


def connected_to(web: Web, clients: ExitStack) -> socket.socket:
    """A reader of this process that does not answer: it is waited for when the process ends."""
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=="
    origin = f"Origin: http://127.0.0.1:{web.port}"
    while True:
        client = clients.enter_context(web.connect())
        client.sendall(request("/ws", web.port, *upgrade, key, origin))
        read_until(client, b'"snapshot"')
        if client.getsockname()[1] in web.clients():
            return client


def read_until(client: socket.socket, words: bytes) -> None:
    read = b""
    while words not in read:
        piece = client.recv(65536)
        assert piece, read
        read += piece


def greeting(port: int) -> str:
    """The first frame that a new reader gets."""
    with reader(port) as client:
        return str(json.loads(client.recv(timeout=20))["type"])


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 on this machine")
def test_a_client_has_its_own_address_where_ipv6_is_shared(
    tmp_path: Path, prepared: Prepared
) -> None:
    limit = {"SOCKETS_PER_ADDRESS": "1", "ALLOWED_HOSTS": "*"}
    with (
        running_webs(tmp_path, prepared, 1, host="::", **limit) as [web],
        reader(web.port) as first,
        reader(web.port, "[::1]") as other,
        reader(web.port) as second,
    ):
        for client in (first, other):
            assert json.loads(client.recv(timeout=20))["type"] == "hello"
        assert json.loads(second.recv(timeout=20))["code"] == "too_many_sockets"


def reader(port: int, host: str = "127.0.0.1") -> ClientConnection:
    """A page's socket."""
    return connect(f"ws://{host}:{port}/ws", origin=f"http://{host}:{port}", proxy=None)
