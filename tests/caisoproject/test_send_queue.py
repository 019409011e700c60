"""Readers under a server whose `send` waits for the client, or fails once it has gone."""

import asyncio
import gc
from typing import Any

import pytest

from caisoproject import send_queue
from caisoproject.send_queue import with_send_queue
from live.reader import MOST_BACKLOG
from live.wire import Message, Receive, Send

KIB = 1024


class Connection:
    """A server's connection: what its client has taken, and whether it takes anything."""

    def __init__(self, kind: str = "websocket") -> None:
        self.kind = kind
        self.takes, self.begun = asyncio.Event(), asyncio.Event()
        self.taken: list[Message] = []
        self.heard: list[Message] = []
        self.error: Exception | None = None
        self.write: Send

    async def send(self, message: Message) -> None:
        await self.takes.wait()
        if self.error:
            raise self.error
        self.taken.append(message)

    async def receive(self) -> Message:
        return await asyncio.Future()

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """An application: others may write to its client until that has gone."""
        self.write = send
        self.begun.set()
        self.heard.append(await receive())

    async def begin(self) -> "asyncio.Task[None]":
        serving = with_send_queue(self.serve)({"type": self.kind}, self.receive, self.send)
        task = asyncio.ensure_future(serving)
        await until(self.begun.is_set)
        return task


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_queue, "CLOSE_SECONDS", 0.01)


def text(number: int, length: int = 1) -> Message:
    return {"type": "websocket.send", "text": str(number) * length}


async def test_others_do_not_wait_for_a_client_and_it_gets_all_in_order() -> None:
    connection = Connection()
    serving = await connection.begin()
    for number in range(3):
        await connection.write(text(number))
    assert connection.taken == []
    connection.takes.set()
    await until(lambda: len(connection.taken) == 3)
    await connection.write(text(3))
    await until(lambda: len(connection.taken) == 4)
    assert connection.taken == [text(number) for number in range(4)]
    serving.cancel()


@pytest.mark.parametrize("kind", ["websocket", "http"])
async def test_a_client_behind_which_too_much_waits_is_at_its_end(kind: str) -> None:
    connection = Connection(kind)
    serving = await connection.begin()
    for _ in range(MOST_BACKLOG // KIB):
        await connection.write(text(7, KIB))
    assert not serving.done()
    await connection.write(text(7, KIB))
    await ended(serving)
    assert connection.heard == [{"type": f"{kind}.disconnect"}]


async def test_a_client_that_takes_what_waits_may_be_sent_more_than_may_wait() -> None:
    connection = Connection()
    serving = await connection.begin()
    connection.takes.set()
    for number in range(2 * MOST_BACKLOG // KIB):
        await connection.write(text(7, KIB))
        await until(lambda number=number: len(connection.taken) > number)
    assert connection.heard == []
    serving.cancel()


async def test_one_that_was_too_slow_is_closed_if_it_takes_something_again() -> None:
    connection = Connection()
    serving = await connection.begin()
    await connection.write(text(7, MOST_BACKLOG + 1))
    connection.takes.set()
    await ended(serving)
    assert connection.taken[-1] == {"type": "websocket.close", "code": 4408}


async def test_its_own_task_waits_until_it_has_taken_a_frame_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def application(scope: Message, receive: Receive, send: Send) -> None:
        for number in range(3):
            await send(text(number, MOST_BACKLOG + 1))
            taken.append(len(connection.taken))
            connection.takes.clear() if number == 1 else connection.takes.set()
        connection.heard.append(await receive())

    monkeypatch.setattr(send_queue, "PATIENCE_SECONDS", 0.05)
    connection, taken = Connection(), list[int]()
    connection.takes.set()
    serving = with_send_queue(application)({"type": "http"}, connection.receive, connection.send)
    await ended(asyncio.ensure_future(serving))
    assert taken == [1, 2, 2]
    assert connection.heard == [{"type": "http.disconnect"}]


async def test_a_long_snapshot_on_a_slow_line_is_not_what_others_wrote() -> None:
    async def application(scope: Message, receive: Receive, send: Send) -> None:
        connection.write = send
        connection.begun.set()
        await send(text(0, MOST_BACKLOG + 1))
        connection.heard.append(await receive())

    connection = Connection()
    serving = with_send_queue(application)({"type": "http"}, connection.receive, connection.send)
    task = asyncio.ensure_future(serving)
    await until(connection.begun.is_set)
    for number in (1, 2):
        await connection.write(text(number))
    connection.takes.set()
    await until(lambda: connection.taken[1:] == [text(1), text(2)])
    task.cancel()


@pytest.mark.parametrize("error", [ConnectionResetError(), RuntimeError("after the close")])
async def test_one_that_has_gone_is_no_error_of_who_writes(error: Exception) -> None:
    crashes: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, crash: crashes.append(crash))
    connection = Connection()
    serving = await connection.begin()
    connection.error = error
    connection.takes.set()
    for number in range(3):
        await connection.write(text(number))
        for _ in range(5):
            await asyncio.sleep(0)
    gc.collect()
    assert (serving.done(), crashes) == (False, [])
    serving.cancel()


async def test_under_daphne_nothing_comes_between() -> None:
    async def application(scope: Message, receive: Receive, send: Send) -> None:
        given.extend((receive, send))

    given: list[Any] = []
    connection = Connection()
    receive, send = connection.receive, connection.send
    scope = {"type": "websocket", "extensions": {"caiso.protocol": object()}}
    await with_send_queue(application)(scope, receive, send)
    assert given == [receive, send]


async def ended(serving: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(5):
        await serving


async def until(true: Any) -> None:
    """Return once that is so."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0)
