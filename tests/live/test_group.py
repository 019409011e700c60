"""The group of web processes: joined anew without a loss; a lost connection is known at once."""

import asyncio
from contextlib import aclosing

import pytest
import redis
from channels.layers import get_channel_layer

from live import frames, group
from live.fanout import fanout
from live.group import CHANNEL, GROUP, Membership
from tests.live.browsers import browser, publish, seqs, soon

pytestmark = [pytest.mark.usefixtures("valkey")]


async def test_the_group_is_one_of_the_channel_layer() -> None:
    assert get_channel_layer()._get_group_channel_name(GROUP) == CHANNEL


async def send(number: int) -> None:
    await get_channel_layer().group_send(GROUP, {"type": "publication", "number": number})


async def test_what_is_sent_while_the_group_is_joined_anew_comes_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group, "REJOIN_SECONDS", 0.01)
    heard: list[int] = []

    async def listen() -> None:
        async with aclosing(Membership().batches()) as batches:
            async for messages in batches:
                heard.extend(message["number"] for message in messages)
                if not messages:
                    joined.set()

    joined = asyncio.Event()
    listening = asyncio.create_task(listen())
    await soon(joined.is_set)
    for number in range(200):
        await send(number)
    await soon(lambda: 199 in heard)
    listening.cancel()
    await asyncio.wait([listening], timeout=5)
    assert list(dict.fromkeys(heard)) == list(range(200))


async def test_what_has_come_already_is_one_batch() -> None:
    async with aclosing(Membership().batches()) as batches:
        assert await anext(batches) == []
        for number in range(50):
            await send(number)
        sizes = [len(await anext(batches)) for _ in range(1)]
        while sum(sizes) < 50:
            sizes.append(len(await anext(batches)))
    assert len(sizes) < 5


async def test_a_lost_connection_is_known_at_once(valkey: redis.Redis) -> None:
    async with aclosing(Membership().batches()) as batches:
        assert await anext(batches) == []
        valkey.client_kill_filter(_type="pubsub")
        with pytest.raises(redis.ConnectionError):
            await anext(batches)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("quick_fanout")
async def test_after_a_lost_connection_the_database_is_read_before_the_next_heartbeat(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "HEARTBEAT_SECONDS", 60)
    client = browser()
    await client.greeted()
    await soon(lambda: fanout().group.current is not None)
    await publish("41")  # and nobody announces it
    valkey.client_kill_filter(_type="pubsub")
    assert seqs(await client.until("events")) == [1]
    await client.disconnect()


async def test_what_redis_has_sent_by_a_connection_is_read_before_it_is_left() -> None:
    old = await group.joined()
    group.send([{"type": "publication", "number": number} for number in range(50)])
    assert [message["number"] for message in await old.leave()] == list(range(50))


async def test_a_connection_lost_just_as_another_was_made_leaves_neither_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group, "REJOIN_SECONDS", 0)
    made, joined, membership = [], group.joined, Membership()

    async def and_lost() -> group.Subscription:
        made.append(await joined())
        if len(made) == 2:
            made[0].fault = redis.ConnectionError("lost")
        return made[-1]

    monkeypatch.setattr(group, "joined", and_lost)
    async with aclosing(membership.batches()) as batches:
        assert await anext(batches) == []
        with pytest.raises(redis.ConnectionError, match="lost"):
            await anext(batches)
    done, left_behind = await asyncio.wait([each.reading for each in made], timeout=5)
    assert (len(done), left_behind) == (2, set())


async def test_who_is_cancelled_while_it_leaves_has_closed_its_connection(
    valkey: redis.Redis,
) -> None:
    for turns in range(1, 9):
        leaving = asyncio.create_task((await group.joined()).leave())
        for _ in range(turns):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving], timeout=5)
        await soon(lambda: not valkey.client_list(_type="pubsub"))
