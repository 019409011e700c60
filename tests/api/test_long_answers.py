"""A long history: the same JSON, compressed or in pieces, and so much at once for an address."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import BoundedSemaphore
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.http import JsonResponse
from django.test import AsyncClient, Client
from django.utils import timezone

from api import views
from api.long_answer import PIECE, compressed, decompressed
from caisoproject.asgi import application
from live import work_limits
from live.connection_limits import Full
from live.wire import Message, Receive, Send
from live.work_limits import Application, WorkLimits, limited_in_total, limited_per_address
from market.intervals import floor
from market.markets import Market
from tests.conftest import utc
from tests.published import published, store

NOON = utc("2026-07-14 19:00")
NOW = utc("2026-07-14 19:02:14")
LONG = "/api/history/24?hub=SP15"


def two_hundred_prices(noon: datetime = NOON, now: datetime = NOW) -> None:
    minutes = [5 * n for n in range(200) if n not in (20, 21)]
    store([published(noon - timedelta(minutes=m), f"{40 + m / 100}") for m in minutes], now)
    store([published(noon - timedelta(hours=n), f"{30 + n}", Market.DAM) for n in range(20)], now)


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["gzip, deflate, br", "br;q=1, gzip;q=0.5"])
def test_a_long_history_is_compressed_where_that_is_read(client: Client, accept: str) -> None:
    two_hundred_prices()
    with time_machine.travel(NOW, tick=False):
        plain = client.get(LONG)
        answer = client.get(LONG, headers={"accept-encoding": accept})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == plain.content
    assert len(answer.content) * 4 < len(plain.content)
    assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["", "identity", "gzip;q=0", "br"])
def test_history_in_parts_is_the_json_it_was_in_one(client: Client, accept: str) -> None:
    two_hundred_prices()
    with time_machine.travel(NOW, tick=False):
        answer = client.get(LONG, headers={"accept-encoding": accept})
    document = answer.json()
    assert list(document) == ["hub", "node", "market", "start", "end", "prices", "gaps"]
    assert (len(document["prices"]), document["end"]) == (198, "2026-07-14T19:05:00Z")
    assert answer.content == JsonResponse(document).content
    assert answer.headers["Content-Type"] == "application/json"
    assert {"start": "2026-07-14T17:15:00Z", "end": "2026-07-14T17:25:00Z"} in document["gaps"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
async def test_under_the_real_handler_it_comes_in_pieces() -> None:
    now = timezone.now()
    await sync_to_async(two_hundred_prices)(floor(now, Market.DAM), now)
    answer: Any = await AsyncClient().get(LONG)
    pieces = [piece async for piece in answer.streaming_content]
    assert len(json.loads(b"".join(pieces))["prices"]) == 198
    assert int(answer.headers["Content-Length"]) == sum(map(len, pieces))


@pytest.mark.django_db
def test_while_a_history_is_made_nobody_makes_one_too_many(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    making, others_could = BoundedSemaphore(1), []

    def parts(*_: object, **__: object) -> list[str]:
        others_could.append(making.acquire(blocking=False))
        return ["{}"]

    monkeypatch.setattr(views, "making", making)
    monkeypatch.setattr(views, "history_parts", parts)
    assert [client.get(LONG).status_code for _ in range(2)] == [200, 200]
    assert others_could == [False, False]


def test_no_piece_is_longer_than_is_said_and_none_is_lost() -> None:
    parts = [f"{number:07} " * 100 for number in range(900)]
    text = compressed(parts)
    pieces = list(decompressed(text))
    assert b"".join(pieces) == "".join(parts).encode()
    assert text.size == sum(map(len, pieces))
    assert max(map(len, pieces)) == PIECE


async def test_an_address_has_so_many_slots_and_others_have_theirs() -> None:
    limits, may_end, working = WorkLimits(2, 1), asyncio.Event(), []

    async def work(address: str) -> None:
        async with limits.slot(address):
            working.append(address)
            await may_end.wait()

    tasks = [asyncio.ensure_future(work(address)) for address in ("a", "a", "a", "b")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert working == ["a", "a", "b"]
    with pytest.raises(Full, match="3 requests of your address"):
        await asyncio.wait_for(work("a"), 5)
    may_end.set()
    await asyncio.gather(*tasks)
    assert (working, limits.by_address) == (["a", "a", "b", "a"], {})


class Slow:
    """An application that answers when it may."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.begun = self.running = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.begun += 1
        self.running += 1
        await self.may_end.wait()
        self.running -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def nothing() -> Message:
    return {"type": "http.request"}


async def test_what_is_too_much_of_an_address_is_429_with_when_to_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work_limits, "slots", WorkLimits(1, 0))
    slow, sent = Slow(), []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "client": ["192.0.2.7", 1]}
    first = asyncio.ensure_future(limited_per_address(slow)(scope, nothing, send))
    await until(lambda: slow.running == 1)
    await asyncio.wait_for(limited_per_address(slow)(scope, nothing, send), 5)
    assert sent[0]["status"] == 429
    assert (b"retry-after", b"5") in sent[0]["headers"]
    slow.may_end.set()
    await first
    assert (slow.begun, sent[-1]["status"]) == (1, 200)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/history/24", 429),
        ("/api/v1/prices", 429),
        ("/api/v1/rules/preview", 429),
        ("/healthz", 200),
    ],
)
async def test_a_history_and_a_preview_take_a_slot_and_pages_do_not(
    path: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_limits, "slots", WorkLimits(1, -1))
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
        "client": ["192.0.2.7", 1],
    }
    reader = ApplicationCommunicator(application, scope)
    await reader.send_input({"type": "http.request"})
    assert (await reader.receive_output(timeout=5))["status"] == status
    await reader.receive_output(timeout=5)
    await reader.wait()


async def test_so_many_requests_run_at_once_and_the_others_wait() -> None:
    slow, sent = Slow(), []

    async def send(message: Message) -> None:
        sent.append(message)

    bounded = limited_in_total(2, slow)
    tasks = [asyncio.ensure_future(bounded({}, nothing, send)) for _ in range(5)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert slow.running == 2
    slow.may_end.set()
    await asyncio.gather(*tasks)
    assert len(sent) == 5


@pytest.mark.parametrize("bound", [limited_per_address, partial(limited_in_total, 1)])
async def test_a_client_who_leaves_keeps_its_slot_until_its_work_is_over(
    monkeypatch: pytest.MonkeyPatch, bound: Callable[[Application], Application]
) -> None:
    monkeypatch.setattr(work_limits, "slots", WorkLimits(1, 1))
    slow = Slow()
    bounded = bound(slow)
    left = asyncio.ensure_future(bounded({}, nothing, no_one))
    await until(lambda: slow.running == 1)
    left.cancel()
    await asyncio.wait([left], timeout=5)
    other = asyncio.ensure_future(bounded({}, nothing, no_one))
    for _ in range(10):
        await asyncio.sleep(0)
    assert slow.begun == 1
    slow.may_end.set()
    await other
    assert (slow.begun, slow.running, work_limits.slots.by_address) == (2, 0, {})


async def test_who_leaves_while_it_waits_takes_no_slot() -> None:
    slow = Slow()
    bounded = limited_in_total(1, slow)
    first, waits = (asyncio.ensure_future(bounded({}, nothing, no_one)) for _ in range(2))
    await until(lambda: slow.running == 1)
    waits.cancel()
    await asyncio.wait([waits], timeout=5)
    slow.may_end.set()
    await first
    assert slow.begun == 1


async def test_work_does_not_see_that_its_client_has_left() -> None:
    messages = iter([{"type": "http.request", "more_body": True}, {"type": "http.request"}])
    heard: list[Message] = []

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    async def application(_scope: Message, receive: Receive, _send: Send) -> None:
        heard.extend([await receive(), await receive()])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.01)

    await limited_in_total(1, application)({}, receive, no_one)
    assert [message["type"] for message in heard] == ["http.request", "http.request"]


async def no_one(_message: Message) -> None:
    """A client who has left."""


async def until(true: Callable[[], bool]) -> None:
    """Return once it is."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0)
