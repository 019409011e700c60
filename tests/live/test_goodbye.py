"""A web process that goes away says so to everyone, and when to come back."""

import asyncio
import json
from typing import Any

import pytest

from live import readers, websocket
from live.fanout import fanout
from live.readers import RETRY_MS
from tests.live.browsers import Browser, announce_all, browser, publish, soon
from tests.live.test_resume import Halted

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]


async def said_bye(client: Browser) -> int:
    """When a client is to come back, in ms. It leaves."""
    bye = await client.frame("bye")
    assert (await client.receive_output())["code"] == 1012
    await client.send_input({"type": "websocket.disconnect", "code": 1012})
    await client.wait()
    return int(bye["retry_ms"])


async def test_everyone_gets_bye_and_another_time_to_come_back() -> None:
    clients = [browser() for _ in range(4)]
    for client in clients:
        await client.greeted()
    going = asyncio.ensure_future(fanout().readers.close_all())
    retries = [await said_bye(client) for client in clients]
    await going
    assert all(RETRY_MS[0] <= retry <= RETRY_MS[1] for retry in retries)
    assert len(set(retries)) > 1
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def test_who_comes_while_the_process_closes_gets_bye_at_once() -> None:
    client, late = browser(), browser()
    await client.greeted()
    going = asyncio.ensure_future(fanout().readers.close_all())
    await client.frame("bye")
    assert (await late.connect())[0]
    await said_bye(late)
    await client.send_input({"type": "websocket.disconnect", "code": 1012})
    await going


async def test_who_has_not_been_greeted_yet_gets_bye_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_go_on, feed_of = asyncio.Event(), fanout().feed_of

    async def slow(slug: str) -> Any:
        await may_go_on.wait()
        return await feed_of(slug)

    monkeypatch.setattr(fanout(), "feed_of", slow)
    client = browser()
    assert (await client.connect())[0]
    await soon(lambda: len(fanout().readers.joining) == 1)
    going = asyncio.ensure_future(fanout().readers.close_all())
    frame = await client.receive_from(timeout=5)
    assert json.loads(frame)["type"] == "bye"
    may_go_on.set()
    assert (await client.receive_output())["code"] == 1012
    await client.send_input({"type": "websocket.disconnect", "code": 1012})
    await client.wait()
    await going
    assert fanout().readers.everyone | fanout().readers.joining == set()


async def test_who_is_catching_up_gets_bye_too_and_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish("41")
    halted = Halted(monkeypatch)
    client = browser()
    assert (await client.connect())[0]
    await soon(halted.asked.is_set)
    going = asyncio.ensure_future(fanout().readers.close_all())
    await client.frame("bye")
    halted.may_go_on.set()
    await closed_after_a_batch(client)
    await going


async def closed_after_a_batch(client: Browser) -> None:
    """The close; a batch that was on its way does not count."""
    assert (await client.receive_output())["code"] == 1012
    await client.send_input({"type": "websocket.disconnect", "code": 1012})


async def test_a_client_that_does_not_go_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readers, "CLOSING_SECONDS", 0.1)
    client = browser()
    await client.greeted()
    await fanout().readers.close_all()
    await announce_all(await publish("41"))
    await client.frame("bye")
    await client.disconnect()
