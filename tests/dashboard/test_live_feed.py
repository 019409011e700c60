"""The live feed in one process: real Redis, real database, the ASGI application itself."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.utils import timezone

from caisoproject.asgi import application
from dashboard import frames
from dashboard.broadcast import announce
from dashboard.hub import hub
from prices.feed import Publication
from prices.intervals import floor
from prices.market import Market
from prices.models import Feed
from tests.published import NP15, published, store

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
FIVE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
async def quick_hub(monkeypatch: pytest.MonkeyPatch, valkey: redis.Redis) -> AsyncIterator[None]:
    """A hub that beats five times a second, stopped after the test."""
    monkeypatch.setattr(frames, "HEARTBEAT_SECONDS", 0.2)
    yield
    await hub().stop()


class Browser(WebsocketCommunicator):  # type: ignore[misc]
    """A client that reads frames by their type."""

    async def frame(self, kind: str) -> dict[str, Any]:
        """The next frame of that type; others are passed over."""
        while True:
            frame: dict[str, Any] = json.loads(await self.receive_from(timeout=5))
            if frame["type"] == kind:
                return frame

    async def greeted(self) -> dict[str, Any]:
        """The snapshot after the hello."""
        assert (await self.connect())[0]
        assert (await self.frame("hello"))["protocol"] == 1
        return await self.frame("snapshot")


def browser(hubs: str = "SP15", **headers: str) -> Browser:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Browser(application, f"/ws?hubs={hubs}", headers=encoded)


@sync_to_async
def publish(*prices: str, back: int = 0, node: str = "TH_SP15_GEN-APND") -> list[Publication]:
    """Store prices of the newest intervals, without telling anybody."""
    now = timezone.now()
    start = floor(now, Market.RTM) - back * FIVE
    batch = [published(start - n * FIVE, price, node=node) for n, price in enumerate(prices)]
    return store(batch, now, source="simulator").publications


async def tell(publications: list[Publication]) -> None:
    for publication in publications:
        await sync_to_async(announce)(publication)


async def test_a_client_is_greeted_with_where_the_feed_stands() -> None:
    await publish("41", "42")
    client = browser()
    snapshot = await client.greeted()
    assert (snapshot["hub"], snapshot["seq"]) == ("SP15", 2)
    assert [price["lmp"] for price in snapshot["rt"]] == [42.0, 41.0]
    assert snapshot["current"]["rt_price"] == 41.0
    await client.disconnect()


async def test_a_publication_reaches_every_client_of_its_hub_once() -> None:
    await publish("41", back=3)
    first, second, other = browser(), browser("SP15,NP15"), browser("NP15")
    for client in (first, second, other):
        await client.greeted()
    await tell(await publish("55"))
    for client in (first, second):
        events = await client.frame("events")
        assert (events["hub"], events["prev"], events["seq"]) == ("SP15", 1, 2)
        assert [event["lmp"] for event in events["events"]] == [55.0]
    await tell(await publish("77", node=NP15))
    assert (await other.frame("events"))["hub"] == "NP15"
    for client in (first, second, other):
        await client.disconnect()


async def test_a_publication_nobody_announced_comes_with_the_next_heartbeat() -> None:
    client = browser()
    await client.greeted()
    await publish("41", back=1)
    await publish("43")
    events = await client.frame("events")
    assert (events["prev"], events["seq"]) == (0, 2)
    assert (await client.frame("heartbeat"))["feeds"] == {"SP15": 2}
    await client.disconnect()


async def test_an_announcement_that_comes_late_and_twice_is_passed_on_once() -> None:
    client = browser()
    await client.greeted()
    early, late = await publish("41", back=1), await publish("43")
    await tell(late)
    await tell(early)
    await tell(late)
    seen = [(frame["prev"], frame["seq"]) for frame in [await client.frame("events")]]
    await client.frame("heartbeat")
    assert seen == [(0, 2)]
    await client.disconnect()


async def test_a_long_backfill_comes_as_a_snapshot() -> None:
    client = browser()
    await client.greeted()
    await tell(await publish(*["40"] * 280))
    assert (await client.frame("snapshot"))["seq"] == 280
    await tell(await publish("-3", back=-1))
    assert (await client.frame("events"))["prev"] == 280
    await client.disconnect()


async def test_another_epoch_comes_as_a_snapshot() -> None:
    client = browser()
    await client.greeted()
    await Feed.objects.filter(node__slug="sp15").aupdate(epoch="another")
    assert (await client.frame("snapshot"))["epoch"] == "another"
    await client.disconnect()


async def test_an_emptied_redis_costs_no_event(valkey: redis.Redis) -> None:
    client = browser()
    await client.greeted()
    valkey.flushall()
    await tell(await publish("41"))
    assert (await client.frame("events"))["seq"] == 1
    await client.disconnect()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ('{"type":"ping","id":7}', {"type": "pong", "id": 7}),
        ("{", {"type": "error", "code": "not_json", "message": "A frame is a JSON object."}),
        ("[1]", {"type": "error", "code": "not_an_object", "message": "A frame is a JSON object."}),
        (
            '{"type":"x"}',
            {
                "type": "error",
                "code": "unknown_type",
                "message": "There is no frame of type 'x'.",
            },
        ),
    ],
)
async def test_a_bad_frame_is_told_and_costs_no_socket(sent: str, answer: dict[str, Any]) -> None:
    client = browser()
    await client.greeted()
    await client.send_to(text_data=sent)
    assert await client.frame(answer["type"]) == answer
    await client.send_to(text_data='{"type":"ping","id":"still here"}')
    assert (await client.frame("pong"))["id"] == "still here"
    await client.disconnect()


async def test_an_unknown_hub_is_named_before_the_socket_closes() -> None:
    client = browser("XY")
    await client.connect()
    assert (await client.frame("error"))["message"] == "There is no hub 'xy'."
    assert (await client.receive_output())["code"] == 4404


async def test_a_foreign_page_may_not_listen() -> None:
    client = browser(origin="https://evil.example", host="127.0.0.1:8000")
    connected, code = await client.connect()
    assert (connected, code) == (False, 4403)
