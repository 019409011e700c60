"""How the web process is put together: its limits are those of the settings."""

import asyncio
import inspect
import resource
import sqlite3
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
from live.work_limits import REQUESTS_AT_ONCE

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
    running = inspect.getclosurevars(asgi.ordinary).nonlocals["free"]
    scope = {"type": "http", "path": "/", "client": ["192.0.2.7", 1], "headers": []}

    async def ask(requests: int) -> bool:
        for _ in range(requests):
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
