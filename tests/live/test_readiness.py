"""`/readyz` of a real web process: what makes it unready, what only degraded, and what hangs."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy import free_ports
from live.work_limits import REQUESTS_AT_ONCE
from prices.redis_client import redis_client
from telemetry import signs
from telemetry.redis_pipe import through
from tests.live.real_web import Web, request, running_web
from tests.postgresql import postgresql
from tests.prepared import Prepared
from tests.real_services import start_valkey
from tests.stack.running import wait_until

pytestmark = pytest.mark.process


def asked(web: Web, path: str = "/readyz", *headers: str) -> tuple[int, Any]:
    """Its status and its document."""
    head, _, body = web.ask(path, *headers).partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), json.loads(body)


def states(web: Web) -> dict[str, str]:
    return {one["check"]: one["state"] for one in asked(web)[1]["checks"]}


def wait_for(web: Web, check: str, state: str) -> None:
    """Answers are kept for two seconds."""
    wait_until(lambda: states(web).get(check) == state, 20, f"{check} is {state}")


def live(*kinds: str) -> None:
    """Signs of life, as those processes leave them."""
    run = through(redis_client())
    for kind in kinds:
        run(signs.saying(kind, f"{kind}@here", {}, now=time.time()))


def test_who_lives_and_who_is_silent_is_told_with_200_and_to_a_monitor_with_503(
    tmp_path: Path, prepared: Prepared, valkey: object
) -> None:
    with running_web(tmp_path, prepared, DISK_FREE_MB="1") as web:
        live("worker", "poller", "beat")
        wait_for(web, "beat", "ok")
        status, found = asked(web)
        assert (status, found["status"]) == (200, "degraded")
        assert found["reasons"] == ["The simulator has not answered yet."]
        assert states(web) == {
            "database": "ok",
            "redis": "ok",
            "redis memory": "ok",
            "redis evicts": "ok",
            "worker": "ok",
            "poller": "ok",
            "beat": "ok",
            "source": "unknown",
            "disk": "ok",
        }
        redis_client().delete(signs.key("worker"))
        wait_for(web, "worker", "failed")
        status, found = asked(web)
        assert (status, found["status"]) == (200, "degraded")
        assert "Worker has given no sign of life lately: is it running?" in found["reasons"]
        for query in ("?strict=1", "?strict"):
            assert asked(web, f"/readyz{query}")[0] == 503
        assert asked(web, "/readyz?strict=0")[0] == 200


def test_probes_need_no_host_of_ours_and_head_gets_no_body(
    tmp_path: Path, prepared: Prepared, valkey: object
) -> None:
    with running_web(tmp_path, prepared, ALLOWED_HOSTS="prices.example.org") as web:
        for path in ("/readyz", "/healthz"):
            head, _, body = web.ask(path, method="HEAD").partition(b"\r\n\r\n")
            assert (head.split(b" ", 2)[1], body) == (b"200", b"")
            assert b"Location" not in head
            assert b"set-cookie" not in head.lower()
            refused = web.ask(path, method="POST")
            assert refused.split(b" ", 2)[1] == b"405"
            assert b"Allow: GET, HEAD" in refused


def test_a_redis_that_is_full_or_evicts_or_says_nothing_leaves_the_process_ready(
    tmp_path: Path, prepared: Prepared
) -> None:
    port = free_ports.reserve()
    options = ("--maxmemory", "5mb", "--maxmemory-policy", "allkeys-lru")
    server = start_valkey(port, tmp_path / "valkey", *options)
    try:
        with running_web(tmp_path, prepared, REDIS_URL=f"redis://127.0.0.1:{port}/0") as web:
            wait_for(web, "redis evicts", "failed")
            assert "maxmemory-policy is allkeys-lru" in " ".join(asked(web)[1]["reasons"])
            client = psutil.Process(server.pid)
            client.suspend()
            wait_for(web, "redis", "failed")
            status, found = asked(web)
            assert (status, found["status"]) == (200, "degraded")
            assert {one["check"]: one["state"] for one in found["checks"]}["database"] == "ok"
            assert str(port) not in json.dumps(found)
            client.resume()
            wait_for(web, "redis", "ok")
    finally:
        server.kill()
        server.wait()


@contextmanager
def hanging(server: Any) -> Iterator[None]:
    """A PostgreSQL whose processes stand still: connections are made, nothing is answered."""
    postmaster = psutil.Process(server.get_pid())
    stopped = [postmaster, *postmaster.children(recursive=True)]
    for one in stopped:
        one.suspend()
    try:
        yield
    finally:
        for one in stopped:
            one.resume()


@pytest.mark.xdist_group("postgresql")
def test_with_a_database_that_hangs_probes_are_answered_while_every_request_waits(
    tmp_path: Path, prepared: Prepared, valkey: object
) -> None:
    with (
        postgresql() as server,
        running_web(tmp_path, prepared, DATABASE_URL=server.get_uri()) as web,
    ):
        wait_for(web, "database", "ok")
        with hanging(server), ExitStack() as waiting:
            for _ in range(REQUESTS_AT_ONCE + 5):
                client: socket.socket = waiting.enter_context(web.connect())
                client.sendall(request("/alerts/", web.port))
            wait_until(lambda: asked(web)[0] == 503, 20, "the process is unready")
            status, found = asked(web)
            assert (status, found["status"]) == (503, "unready")
            assert "The database can't be read." in found["reasons"]
            assert b"200 OK" in web.ask("/healthz")
            assert b" 503 " in web.ask("/readyz", method="HEAD").split(b"\r\n", 1)[0]
        wait_until(lambda: asked(web)[0] == 200, 60, "the process is ready again")


HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


def test_a_process_that_is_ending_is_unready(
    tmp_path: Path, prepared: Prepared, valkey: object
) -> None:
    with running_web(tmp_path, prepared) as web, web.connect() as kept, web.connect() as reader:
        origin = f"Origin: http://127.0.0.1:{web.port}"
        reader.sendall(request("/ws?hubs=SP15", web.port, origin, *HANDSHAKE))
        assert b" 101 " in reader.recv(65536), "a reader, who does not answer when it is said bye"
        kept.sendall(request("/readyz", web.port, "Connection: keep-alive"))
        assert b" 200 OK" in kept.recv(65536)
        web.process.send_signal(signal.SIGTERM)
        while b" 200 OK" in (found := once_more(kept, web)):
            pass
        assert b" 503 " in found.split(b"\r\n", 1)[0]
        assert b"This process is ending" in found


def once_more(kept: socket.socket, web: Web) -> bytes:
    kept.sendall(request("/readyz", web.port, "Connection: keep-alive"))
    return kept.recv(65536)
