"""How the web process is put together: its limits are those of the settings."""

import asyncio
import inspect
import resource
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from daphne.server import Server

from caisoproject import asgi, web
from caisoproject.web import Web, hold_database, raise_files
from live import websocket
from live.daphne.channel import Channel
from live.work_limits import PAGES_AT_ONCE, PAGES_WAITING, REQUESTS_AT_ONCE

NO_LIMIT = resource.RLIM_INFINITY


def made(monkeypatch: pytest.MonkeyPatch, open_files: int) -> Web:
    """A web process that may open so many files."""
    monkeypatch.setattr(web, "raise_files", lambda _: open_files)
    monkeypatch.setattr(web, "hold_database", lambda: "held")
    monkeypatch.setattr(websocket.connection_limits, "most", 5)
    monkeypatch.setattr(Channel, "arrivals", None, raising=False)
    return Web(None, endpoints=["tcp:0"])


def test_the_doors_let_in_as_many_readers_as_fit_and_the_database_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert made(monkeypatch, 1024).held == "held"
    assert (websocket.connection_limits.most, Channel.arrivals.most) == (700, 800)


def test_the_files_beside_sqlite_stay_while_the_web_process_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "db.sqlite3"
    beside = {tmp_path / "db.sqlite3-wal", tmp_path / "db.sqlite3-shm"}
    here = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": database})
    monkeypatch.setattr(web, "connection", here)
    with closing(sqlite3.connect(database)) as other:
        other.executescript("PRAGMA journal_mode=WAL; CREATE TABLE price (lmp);")
    assert set(tmp_path.iterdir()) == {database}
    held = hold_database()
    assert held
    with closing(held):
        for _ in range(2):
            with closing(sqlite3.connect(database)) as other:
                other.execute("SELECT * FROM price")
        assert set(tmp_path.iterdir()) == {database, *beside}


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "now", "may_open"),
    [
        (1024, 4096, 2000, 2000, 2000),
        (1024, 4096, 9000, 4096, 4096),
        (1024, NO_LIMIT, 9000, 9000, 9000),
        (8192, NO_LIMIT, 2000, 8192, 8192),
        (NO_LIMIT, NO_LIMIT, 2000, NO_LIMIT, 2000),
    ],
)
def test_files_are_raised_to_what_is_wanted_and_never_lowered(
    soft, hard, wanted, now, may_open, monkeypatch
):
    limits = [soft, hard]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _, to: limits.__setitem__(slice(None), to))
    assert raise_files(wanted) == may_open
    assert limits == [now, hard]


class Connection:
    """A protocol, and the exception of its application that the server told it of."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def handle_exception(self, exception: Exception) -> None:
        self.heard.append(str(exception))


async def connections() -> dict[Connection, dict[str, Any]]:
    """One connection in each state, in which a second passes for the server."""

    async def ends() -> None: ...

    async def fails() -> None:
        raise ValueError("ours")

    async def goes_on() -> None:
        await asyncio.sleep(60)

    def known(work: Any = None, **more: float) -> dict[str, Any]:
        return ({"application_instance": asyncio.ensure_future(work())} if work else {}) | more

    now = time.time()
    found = [
        known(goes_on), known(ends), known(fails), known(),
        known(goes_on, disconnected=now), known(goes_on, disconnected=now - 60),
        known(ends, disconnected=now), known(fails, disconnected=now), known(disconnected=now),
    ]  # fmt: skip
    await asyncio.sleep(0)
    return {Connection(): one for one in found}


def outcome(connections: dict[Connection, dict[str, Any]]) -> list[object]:
    """What is left of each connection, and what it heard."""
    return [
        (connection.heard, sorted(known), instance is not None and instance.cancelling())
        for connection, known in connections.items()
        for instance in [known.get("application_instance")]
    ]


async def test_what_has_ended_is_cleared_away_as_daphne_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("daphne.server.reactor", SimpleNamespace(callLater=lambda *_: None))
    process = made(monkeypatch, 1024)
    outcomes = []
    for look in (Server.application_checker, Web.application_checker):
        process.connections = await connections()
        before = list(process.connections)
        look(process)
        outcomes.append((outcome(process.connections), [one.heard for one in before]))
        for known in process.connections.values():
            if instance := known.get("application_instance"):
                instance.cancel()
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0][0]) < len(outcomes[0][1])


async def test_an_answer_in_pieces_waits_until_its_client_takes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def written(*_: object) -> None: ...

    monkeypatch.setattr(Server, "handle_reply", written)
    process, flowing = made(monkeypatch, 1024), asyncio.Event()
    slow: Any = SimpleNamespace(channel=SimpleNamespace(flowing=flowing))
    piece = asyncio.ensure_future(process.handle_reply(slow, {"more_body": True}))
    end = asyncio.ensure_future(process.handle_reply(slow, {"more_body": False}))
    for _ in range(3):
        await asyncio.sleep(0)
    assert (piece.done(), end.done()) == (False, True)
    flowing.set()
    await asyncio.wait_for(piece, 5)


async def test_so_many_requests_at_once_reach_django(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, begun = asyncio.Event(), []

    async def slow(*_: object) -> None:
        begun.append(1)
        await may_end.wait()

    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(asgi.django_application, "handle", slow)
    running = inspect.getclosurevars(asgi.pages).nonlocals["free"]

    async def ask(requests: int) -> bool:
        for _ in range(requests):
            client = [f"192.0.2.{len(asked)}", 1]
            scope = {"type": "http", "path": "/", "client": client, "headers": []}
            asked.append(asyncio.ensure_future(asgi.application(scope, nothing, nothing)))
        for _ in range(20):
            await asyncio.sleep(0)
        return bool(running.locked())

    asked: list[Any] = []
    assert not await ask(REQUESTS_AT_ONCE - 1)
    assert await ask(1)
    assert len(begun) == REQUESTS_AT_ONCE
    may_end.set()
    await asyncio.gather(*asked)


async def test_one_address_leaves_most_places_to_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_end, begun, refused = asyncio.Event(), [], []

    async def slow(*_: object) -> None:
        begun.append(1)
        await may_end.wait()

    async def nothing(*messages: dict[str, Any]) -> None:
        refused.extend(one["status"] for one in messages if "status" in one)

    monkeypatch.setattr(asgi.django_application, "handle", slow)
    scope = {"type": "http", "path": "/", "client": ["192.0.2.7", 1], "headers": []}
    many = PAGES_AT_ONCE + PAGES_WAITING + 3
    asked = [asyncio.ensure_future(asgi.application(scope, nothing, nothing)) for _ in range(many)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert (len(begun), refused) == (PAGES_AT_ONCE, [429] * 3)
    may_end.set()
    await asyncio.gather(*asked)
