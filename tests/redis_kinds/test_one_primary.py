"""Each part of the program that uses Redis, on each kind of Redis that has one primary."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from channels.layers import get_channel_layer
from redbeat.schedulers import acquire_distributed_beat_lock
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from caisoproject import redis_settings, settings
from caisoproject.beat import SteadyScheduler, place_the_lock
from caisoproject.broker import PromptConnection, broker_client, refusal
from live import group
from live.group import GROUP, Membership
from prices import redis_factory
from tests.conftest import utc
from tests.redis_kinds.kinds import OF_ONE_PRIMARY

pytestmark = [
    pytest.mark.process,
    pytest.mark.xdist_group("redis-kinds"),
    pytest.mark.parametrize("url", list(OF_ONE_PRIMARY), indirect=True, scope="session"),
]
NOON = utc("2026-07-14 19:00")
SEEN = NOON + timedelta(minutes=1)


def test_a_task_goes_through_the_broker(used: str) -> None:
    with broker_connection() as connection, connection.SimpleQueue("poll") as queue:
        queue.put({"task": "poll"})
        message = queue.get(timeout=5)
        assert message.payload == {"task": "poll"}
        message.ack()
    assert refusal(broker_client()) is None


def broker_connection() -> PromptConnection:
    """As Celery makes it of its settings."""
    url = settings.BROKER_REDIS_URL
    options: dict[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    return PromptConnection(
        redis_settings.broker_url(url),
        ssl=redis_settings.broker_tls(url),
        transport_options={**options, **redis_settings.broker_options(url)},
    )


def test_what_the_log_says_of_the_broker_has_no_password(used: str) -> None:
    with broker_connection() as connection:
        assert "p%40ss" not in connection.as_uri()
        assert "p@ss" not in connection.as_uri()


async def test_a_message_reaches_the_group(used: str) -> None:
    async with aclosing(Membership().batches()) as batches, asyncio.timeout(10):
        assert await anext(batches) == []
        await asyncio.to_thread(group.send, [{"type": "publication", "number": 1}])
        assert await anext(batches) == [{"type": "publication", "number": 1}]
        await get_channel_layer().group_send(GROUP, {"type": "publication", "number": 2})
        assert await anext(batches) == [{"type": "publication", "number": 2}]
        await close_layer()


async def test_who_is_cancelled_while_it_is_asked_asks_no_more(used: str) -> None:
    for turns in range(80):
        async with redis_factory.async_client(used, retry=Retry(NoBackoff(), 0)) as client:
            asking = asyncio.create_task(client.ping())
            for _ in range(turns):
                await asyncio.sleep(0)
            if asking.cancel():
                await asyncio.wait([asking], timeout=5)
                assert asking.cancelled(), f"cancelled after {turns} turns of the event loop"


async def close_layer() -> None:
    """Its connections to sentinels too, which it forgets. No part of the program sends by it."""
    pool = get_channel_layer()._shards[0]._redis.connection_pool
    await get_channel_layer().flush()
    for sentinel in pool.sentinel_manager.sentinels if hasattr(pool, "sentinel_manager") else ():
        await sentinel.aclose()


def test_beat_stores_its_schedule_and_holds_its_lock(used: str) -> None:
    app = Celery("beat", fixups=[], set_as_current=False)
    app.on_after_configure.connect(place_the_lock)
    app.config_from_object("caisoproject.settings", namespace="CELERY")
    scheduler = SteadyScheduler(app)
    acquire_distributed_beat_lock(SimpleNamespace(scheduler=scheduler))
    assert scheduler.lock.owned()
    scheduler.lock.extend(15)
    scheduler.lock.release()
    app.redbeat_redis.close()
