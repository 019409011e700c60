"""The projection and what lies beside it: on each kind of Redis, a Cluster among them."""

import json
from datetime import timedelta

import pytest
import redis
from django.core.management import CommandError, call_command
from pytest_django import Settings

from alerts.operations.facts import redis_state
from battery import asking
from caisoproject.bare_redis import Connection, Running
from caisoproject.metrics import engines
from market.markets import Market
from oasis.turns import Priority, Turns
from prices.models import Node
from prices.projection import NAMES, Keys, forget_untracked, project
from prices.redis_client import redis_client, tagged
from telemetry import signs, tallies
from telemetry.redis_pipe import through
from tests.conftest import utc
from tests.published import NP15, published, store
from tests.redis_kinds.kinds import KINDS

pytestmark = [
    pytest.mark.process,
    pytest.mark.xdist_group("redis-kinds"),
    pytest.mark.parametrize("url", list(KINDS), indirect=True, scope="session"),
]
NOON = utc("2026-07-14 19:00")
SEEN = NOON + timedelta(minutes=1)
CHANGED = utc("2026-07-14 19:06")


@pytest.mark.django_db
def test_prices_are_projected_and_forgotten_again(used: str) -> None:
    store([published(NOON, "41.5"), published(NOON, "30", Market.DAM)], SEEN)
    store([published(NOON, "51.5", node=NP15)], SEEN)
    for node in Node.objects.tracked().filter(slug__in=("sp15", "np15")):
        assert project(node, now=SEEN) > 0
    keys = Keys("sp15")
    assert redis_client().hget(keys["current"], "rt_price") == "41.50000"
    assert redis_client().xlen(keys["stream"]) == 2
    assert [name for name in NAMES if redis_client().exists(keys[name])] == list(NAMES)
    Node.objects.filter(slug="sp15").update(tracked=False)
    assert forget_untracked() == ["sp15"]
    assert not [name for name in NAMES if redis_client().exists(keys[name])]


@pytest.mark.django_db
def test_keys_that_somebody_else_overwrote_are_made_anew(used: str) -> None:
    store([published(NOON, "41.5")], SEEN)
    node, keys = Node.objects.get(slug="sp15"), Keys("sp15")
    redis_client().delete(*keys.written())
    redis_client().set(keys["current"], "something else")
    assert project(node, now=SEEN) == 1
    assert redis_client().hget(keys["current"], "rt_price") == "41.50000"


@pytest.mark.django_db
def test_each_price_is_published_under_the_documented_name(used: str) -> None:
    store([published(NOON, "41.5")], SEEN)
    node = Node.objects.get(slug="sp15")
    project(node, now=SEEN)
    store([published(NOON + timedelta(minutes=5), "42.5")], CHANGED)
    with redis_client().pubsub() as listening:
        listening.subscribe("caiso:sp15:updates")
        assert listening.get_message(timeout=5)["type"] == "subscribe"
        project(node, now=CHANGED)
        assert '"lmp": 42.5' in listening.get_message(timeout=5)["data"]


def test_turns_at_oasis_come_one_by_one(used: str) -> None:
    turns = Turns(redis_client(), 0)
    with turns.turn(Priority.FIRST):
        assert turns.take(Priority.IF_FREE) is None
        assert turns.take(Priority.LAST) is None
    with turns.only_one("backfill") as mine, turns.only_one("backfill") as another:
        assert (mine, another) == (True, False)


def test_the_analyst_takes_what_it_is_asked_and_answers(used: str) -> None:
    waiter = Connection(used)
    for name in (asking.QUICK, asking.SLOW):  # on a Cluster, of different nodes
        redis_client().delete(name)
        asking.put(name, {"do": name})
        taken = waiter.ask("BLPOP", name, 1, wait_s=1)
        assert taken == [name.encode(), json.dumps({"do": name}).encode()]
    for name in ("7", "8", "9"):
        asking.reply(name, {"worth": 1})
        key = asking.REPLY.format(name)
        assert waiter.ask("BLPOP", key, 1, wait_s=1) == [key.encode(), b'{"worth": 1}']
    waiter.close()


def test_the_start_checks_it_and_the_status_page_sees_it(used: str, settings: Settings) -> None:
    call_command("check_redis")
    assert redis_state(settings.REDIS_URL)


def test_one_that_evicts_is_refused_by_name(used: str, settings: Settings) -> None:
    everywhere = {} if tagged("x") == "x" else {"target_nodes": redis.RedisCluster.PRIMARIES}
    redis_client().config_set("maxmemory", "500mb", **everywhere)
    redis_client().config_set("maxmemory-policy", "allkeys-lru", **everywhere)
    try:
        with pytest.raises(CommandError, match=r"REDIS_URL evicts keys \(allkeys-lru\)"):
            call_command("check_redis")
        assert (state := redis_state(settings.REDIS_URL))
        assert state.policy == "allkeys-lru"
    finally:
        redis_client().config_set("maxmemory-policy", "noeviction", **everywhere)
        redis_client().config_set("maxmemory", "0", **everywhere)


def test_out_of_reach_is_an_error_of_redis_and_shows_no_password(
    used: str, settings: Settings
) -> None:
    scheme, _, rest = used.partition("://")
    login = rest.rpartition("@")[0]
    behind = "/prices?sentinel_password=p%40ss" if scheme == "sentinel" else ""
    where = "/nowhere/redis.sock" if scheme == "unix" else f"127.0.0.1:1{behind}"
    settings.REDIS_URL = f"{scheme}://{login}@{where}" if login else f"{scheme}://{where}"
    redis_client.cache_clear()
    with pytest.raises((redis.ConnectionError, redis.TimeoutError)) as fault:
        redis_client().get("caiso:sp15:current")
    assert "ss%2Fw" not in str(fault.value)
    assert "p@ss" not in str(fault.value)
    assert len(str(fault.value)) < 150
    assert redis_state(settings.REDIS_URL) is None
    with pytest.raises(OSError) as lost:  # noqa: PT011 (of the system, whichever it is)
        Connection(settings.REDIS_URL)
    assert "ss%2Fw" not in str(lost.value)


def test_processes_count_together_and_say_that_they_live(used: str) -> None:
    counting, bare = tallies.Tallies(), Running(used)
    counting.count("caiso_feed_skipped_readers", 3)
    counting.flush(through(redis_client()))
    bare(signs.saying("analyst", "a.1", {}, now=NOON.timestamp()))
    found = signs.read(through(redis_client()))["analyst"]
    assert (found.alive.keys(), found.silent_s(NOON.timestamp() + 5)) == ({"a.1"}, 5)
    bare.close()
    assert [*tallies.read(through(redis_client()))] == [("caiso_feed_skipped_readers", (), 3)]
    told = [*engines.of_redis(engines.PROJECTION)]
    engines.client(engines.PROJECTION).close()
    assert ("caiso_redis_up", 1) in [(one.name, one.value) for one in told]
    assert {"caiso_redis_memory_used_bytes", "caiso_queue_length"} <= {one.name for one in told}
