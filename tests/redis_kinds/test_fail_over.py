"""The primary is killed: sentinels name another, and everything goes on by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from battery import asking
from caisoproject.bare_redis import Connection
from caisoproject.broker import broker_client, refusal
from live import fanout as fanouts
from live import frames, group
from live.fanout import fanout
from oasis.turns import TURN, Priority, Turns
from prices.models import Node
from prices.projection import project
from prices.redis_client import redis_client
from tests.conftest import utc
from tests.live.browsers import announce_all, browser, publish, seqs
from tests.published import published, store
from tests.redis_kinds.test_one_primary import broker_connection
from tests.redis_servers import Watched, cluster, end, owner, watched

pytestmark = pytest.mark.process
NOON = utc("2026-07-14 19:00")
SEEN = NOON + timedelta(minutes=1)
WITHIN_S = 20


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path, 1) as found:
        yield found


@pytest.fixture
def url(sentinels: Watched) -> str:
    return sentinels.url()


def until_it_works(call: Callable[[], object]) -> int:
    """Call it until it raises nothing more; how often it did."""
    failures, give_up_at = 0, time.monotonic() + WITHIN_S
    while time.monotonic() < give_up_at:
        try:
            call()
        except (redis.RedisError, OSError):
            failures += 1
            time.sleep(0.1)
        else:
            return failures
    raise AssertionError(f"not within {WITHIN_S} s, tried {failures} times")


@pytest.mark.django_db
def test_copy_turns_tasks_and_the_analysts_list_go_on_at_the_new_primary(
    sentinels: Watched, used: str
) -> None:
    node = Node.objects.get(slug="sp15")
    store([published(NOON, "41.5")], SEEN)
    assert project(node, now=SEEN) == 1
    turns = Turns(redis_client(), 0.3)
    assert turns.take(Priority.IF_FREE)
    with broker_connection() as connection, connection.SimpleQueue("poll") as queue:
        queue.put({"task": "before"})
        redis_client().wait(1, 5000)  # a replica that has it
        dead = sentinels.kill_primary()
        store([published(NOON + timedelta(minutes=5), "42.5")], SEEN)
        assert until_it_works(lambda: project(node, now=SEEN)) > 0
        assert sentinels.primary() != dead
        assert [fields["price"] for _, fields in redis_client().xrange("caiso:sp15:stream")] == [
            "41.50000",
            "42.50000",
        ]
    assert refusal(broker_client()) is None
    until_it_works(take_both_tasks)
    redis_client().delete(TURN)  # as if the replica had not had it
    assert turns.take(Priority.IF_FREE) is None  # it may be so: a pause
    with turns.turn(Priority.FIRST):
        assert turns.take(Priority.IF_FREE) is None
    asking.wake()
    waiter = Connection(used)
    assert waiter.ask("BLPOP", asking.QUICK, 1, wait_s=1)
    waiter.close()


def take_both_tasks() -> None:
    """As a worker does that has connected anew."""
    with broker_connection() as connection, connection.SimpleQueue("poll") as queue:
        queue.put({"task": "after"})
        for name in ("before", "after"):
            message = queue.get(timeout=5)
            message.ack()
            assert message.payload == {"task": name}


@pytest.mark.django_db
def test_on_a_cluster_the_copy_goes_on_at_the_replica_of_the_node_that_was_killed(
    tmp_path: Path, settings: Settings
) -> None:
    node = Node.objects.get(slug="sp15")
    store([published(NOON, "41.5")], SEEN)
    with cluster(tmp_path, replica_of="caiso:{sp15}:stream") as servers:
        settings.REDIS_URL = "cluster://" + ",".join(f"127.0.0.1:{port}" for port in servers)
        redis_client.cache_clear()
        try:
            until_it_works(lambda: project(node, now=SEEN))
            end(list(servers.values())[owner("caiso:{sp15}:stream")])
            store([published(NOON + timedelta(minutes=5), "42.5")], SEEN)
            assert until_it_works(lambda: project(node, now=SEEN)) > 0
            prices = [fields["price"] for _, fields in redis_client().xrange("caiso:{sp15}:stream")]
            assert prices == ["41.50000", "42.50000"]
        finally:
            redis_client().close()
            redis_client.cache_clear()


@pytest.fixture
async def patient_fanout(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A fan-out that reads the database when it joins the group, and never else."""
    monkeypatch.setattr(frames, "HEARTBEAT_SECONDS", 60)
    monkeypatch.setattr(fanouts, "AFTER_TROUBLE_SECONDS", 0.1)
    yield
    await fanout().stop()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
async def test_readers_miss_nothing_and_hear_by_the_new_primary_at_once(
    sentinels: Watched, used: str, patient_fanout: None
) -> None:
    client = browser()
    await client.greeted()
    async with asyncio.timeout(5):
        while fanout().group.current is None:
            await asyncio.sleep(0.01)
    await announce_all(await publish("41"))
    assert seqs(await client.until("events")) == [1]
    await asyncio.to_thread(sentinels.kill_primary)
    await announce_all(await publish("42"))  # into the void
    await asyncio.to_thread(until_it_works, lambda: group.send([]) or group.sender().ping())
    assert seqs(await client.until("events")) == [2]
    await announce_all(await publish("43"))
    assert seqs(await client.until("events")) == [3]
