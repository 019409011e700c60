import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis

from market.markets import Market
from prices.models import Feed, FeedEvent, Node
from prices.projection import forget_untracked, project
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
SEEN = utc("2026-07-14 19:01")
KEYS = {"caiso:sp15:stream", "caiso:sp15:current", "caiso:sp15:rt:5min", "caiso:sp15:da:hourly"}


def project_sp15(at: datetime = SEEN) -> int:
    return project(Node.objects.get(slug="sp15"), now=at)


def a_day(valkey: redis.Redis) -> None:
    hours = [published(NOON + timedelta(hours=n), f"{30 + n}", Market.DAM) for n in range(-3, 3)]
    store(hours, SEEN)
    store([published(NOON + timedelta(minutes=5 * n), f"{40 + n}.5") for n in range(-12, 1)], SEEN)


def everything(valkey: redis.Redis) -> dict[str, Any]:
    return {
        "stream": valkey.xrange("caiso:sp15:stream"),
        "current": valkey.hgetall("caiso:sp15:current"),
        "rt": valkey.zrange("caiso:sp15:rt:5min", 0, -1, withscores=True),
        "da": valkey.zrange("caiso:sp15:da:hourly", 0, -1, withscores=True),
    }


def test_redis_holds_exactly_the_documented_keys(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    assert set(valkey.keys("*")) == KEYS
    assert valkey.hgetall("caiso:sp15:current") == {
        "rt_price": "40.50000",
        "rt_timestamp": "2026-07-14T19:00:00Z",
        "da_price": "30.00000",
        "da_timestamp": "2026-07-14T19:00:00Z",
        "spread": "10.50000",
        "last_update": "2026-07-14T19:01:00Z",
        "seq": "19",
        "epoch": Feed.objects.get(node__slug="sp15").epoch,
    }


def test_a_stream_entry_reads_without_parsing_json(valkey: redis.Redis) -> None:
    store([published(NOON, "41.5")], SEEN)
    project_sp15()
    [(entry_id, fields)] = valkey.xrange("caiso:sp15:stream")
    body = json.loads(fields.pop("body"))
    assert entry_id == "1-0"
    assert fields == {
        "kind": "price",
        "timestamp": "2026-07-14T19:00:00Z",
        "price": "41.50000",
        "type": "RT",
        "node": "TH_SP15_GEN-APND",
        "zone": "SP15",
        "revision": "1",
        "quality": "observed",
    }
    assert body["lmp"] == 41.5


def test_the_day_ahead_price_is_that_of_the_running_hour_and_rolls_over(
    valkey: redis.Redis,
) -> None:
    a_day(valkey)
    project_sp15(utc("2026-07-14 19:59:59"))
    assert valkey.hget("caiso:sp15:current", "da_price") == "30.00000"
    project_sp15(utc("2026-07-14 20:00"))
    assert valkey.hget("caiso:sp15:current", "da_price") == "31.00000"


def test_a_late_projection_of_the_last_hour_does_not_roll_back(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15(utc("2026-07-14 20:00"))
    project_sp15(utc("2026-07-14 19:59:59"))
    assert valkey.hget("caiso:sp15:current", "da_price") == "31.00000"


def test_a_corrected_price_replaces_its_member(valkey: redis.Redis) -> None:
    store([published(NOON, "40")], SEEN)
    project_sp15()
    store([published(NOON, "38.5")], SEEN + timedelta(minutes=9))
    project_sp15()
    members = valkey.zrange("caiso:sp15:rt:5min", 0, -1, withscores=True)
    assert members == [("2026-07-14T19:00:00Z:38.50000", NOON.timestamp())]


def test_projecting_again_changes_nothing_and_publishes_nothing(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    before = everything(valkey)
    listener = valkey.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("caiso:sp15:updates")
    listener.get_message(timeout=1)
    assert project_sp15() == project_sp15() == 19
    assert everything(valkey) == before
    assert listener.get_message(timeout=0.1) is None
    listener.close()


def test_each_price_event_is_published_once(valkey: redis.Redis) -> None:
    store([published(NOON, "40")], SEEN)
    project_sp15()
    with valkey.pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe("caiso:sp15:updates")
        listener.get_message(timeout=1)
        store([published(NOON + timedelta(minutes=5), "41")], SEEN)
        project_sp15()
        project_sp15()
        messages = [listener.get_message(timeout=5), listener.get_message(timeout=0.1)]
    assert messages[0] is not None
    assert json.loads(messages[0]["data"])["lmp"] == 41.0
    assert messages[1] is None


def test_an_emptied_redis_is_filled_from_the_database(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    before = everything(valkey)
    valkey.flushall()
    project_sp15()
    assert everything(valkey) == before


def test_what_another_database_wrote_to_redis_is_replaced(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    valkey.hset("caiso:sp15:current", mapping={"epoch": "another", "seq": 5000})
    valkey.zadd("caiso:sp15:rt:5min", {"2026-07-14T18:59:00Z:666": 1})
    assert project_sp15() == 19
    assert valkey.zscore("caiso:sp15:rt:5min", "2026-07-14T18:59:00Z:666") is None
    assert valkey.xlen("caiso:sp15:stream") == 19


@pytest.mark.database
def test_a_restored_older_database_begins_a_new_epoch(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    valkey.hset("caiso:sp15:current", "seq", "5000")
    epoch = Feed.objects.get(node__slug="sp15").epoch
    assert project_sp15() == 19
    assert Feed.objects.get(node__slug="sp15").epoch != epoch


def test_sorted_sets_drop_what_is_too_old(valkey: redis.Redis) -> None:
    store([published(NOON, "40"), published(NOON, "30", Market.DAM)], SEEN)
    project_sp15()
    project_sp15(SEEN + timedelta(days=8))
    assert valkey.zcard("caiso:sp15:rt:5min") == 0
    assert valkey.zcard("caiso:sp15:da:hourly") == 1
    project_sp15(SEEN + timedelta(days=31))
    assert valkey.zcard("caiso:sp15:da:hourly") == 0


def running(valkey: redis.Redis) -> tuple[str | None, ...]:
    """What the hash says of now."""
    fields = ("rt_timestamp", "rt_price", "da_timestamp", "spread", "seq")
    return tuple(valkey.hmget("caiso:sp15:current", fields))  # type: ignore[arg-type]


def test_a_price_published_ahead_is_not_current_until_its_interval_begins(
    valkey: redis.Redis,
) -> None:
    a_day(valkey)
    store([published(NOON + timedelta(minutes=5), "55")], SEEN)
    project_sp15(NOON + timedelta(minutes=4, seconds=59))
    assert running(valkey)[:2] == ("2026-07-14T19:00:00Z", "40.50000")
    project_sp15(NOON + timedelta(minutes=5))
    assert running(valkey)[:2] == ("2026-07-14T19:05:00Z", "55.00000")


def test_the_spread_of_an_hours_last_interval_is_against_its_own_hour(
    valkey: redis.Redis,
) -> None:
    a_day(valkey)
    project_sp15(NOON - timedelta(seconds=1))
    before = ("2026-07-14T18:55:00Z", "39.50000", "2026-07-14T18:00:00Z", "10.50000", "19")
    assert running(valkey) == before
    store([published(NOON + timedelta(minutes=55), "61")], NOON + timedelta(minutes=56))
    project_sp15(NOON + timedelta(hours=1, seconds=20))
    after = ("2026-07-14T19:55:00Z", "61.00000", "2026-07-14T20:00:00Z", "31.00000", "20")
    assert running(valkey) == after


@pytest.mark.parametrize("more", [0, 1])
def test_a_worker_whose_clock_was_read_earlier_does_not_roll_the_interval_back(
    more: int, valkey: redis.Redis
) -> None:
    a_day(valkey)
    store([published(NOON + timedelta(minutes=5), "55")], SEEN)
    project_sp15(NOON + timedelta(minutes=5, seconds=1))
    store([published(NOON + timedelta(minutes=5 * n), "70") for n in range(2, 2 + more)], SEEN)
    assert project_sp15(NOON + timedelta(minutes=4, seconds=59)) == 20 + more
    assert running(valkey)[:2] == ("2026-07-14T19:05:00Z", "55.00000")
    assert running(valkey)[-1] == str(20 + more)
    assert valkey.xlen("caiso:sp15:stream") == 20 + more


def test_what_was_written_before_the_clock_was_set_back_is_replaced(
    valkey: redis.Redis,
) -> None:
    a_day(valkey)
    project_sp15(NOON + timedelta(hours=1, minutes=1))
    project_sp15(NOON - timedelta(minutes=4))
    assert running(valkey)[:3] == ("2026-07-14T18:55:00Z", "39.50000", "2026-07-14T18:00:00Z")


def test_redis_is_rebuilt_if_the_feed_no_longer_has_the_events_it_lacks(
    valkey: redis.Redis,
) -> None:
    store([published(NOON, "40")], SEEN)
    project_sp15()
    store([published(NOON + timedelta(minutes=5), "41")], SEEN)
    FeedEvent.objects.all().delete()
    assert project_sp15(NOON + timedelta(minutes=6)) == 2
    members = valkey.zrange("caiso:sp15:rt:5min", 0, -1)
    assert members == ["2026-07-14T19:00:00Z:40.00000", "2026-07-14T19:05:00Z:41.00000"]
    assert valkey.hget("caiso:sp15:current", "rt_price") == "41.00000"


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_key_of_another_type_is_rewritten(
    key: str, valkey: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    a_day(valkey)
    project_sp15()
    before = everything(valkey)
    valkey.delete(key)
    valkey.set(key, "not ours")
    store([published(NOON + timedelta(minutes=5), "41")], SEEN)
    assert project_sp15() == 20
    assert set(valkey.keys("*")) == KEYS
    assert everything(valkey)["stream"][:-1] == before["stream"]
    assert valkey.zcard("caiso:sp15:rt:5min") == len(before["rt"]) + 1
    assert "keys in Redis are not as we write them" in caplog.text


def test_one_nodes_broken_key_leaves_the_other_nodes_keys_alone(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    project(Node.objects.get(slug="np15"), now=SEEN)
    before = everything(valkey)
    valkey.delete("caiso:np15:current")
    valkey.lpush("caiso:np15:current", "not ours")
    project(Node.objects.get(slug="np15"), now=SEEN)
    assert everything(valkey) == before
    assert valkey.type("caiso:np15:current") == "hash"


@pytest.mark.parametrize("seq", ["", "-1", "many", "1e999", "9" * 19])
def test_a_hash_without_a_valid_seq_is_rewritten(seq: str, valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    before = everything(valkey)
    valkey.hset("caiso:sp15:current", "seq", seq)
    assert project_sp15() == 19
    assert everything(valkey) == before


def test_a_stream_that_another_program_wrote_to_goes_on(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    valkey.xadd("caiso:sp15:stream", {"kind": "not ours"})
    store([published(NOON + timedelta(minutes=5), "41")], SEEN)
    assert project_sp15() == 20
    assert [name for name, _ in valkey.xrange("caiso:sp15:stream")][-1] == "20-0"


@pytest.mark.database
def test_untracked_and_renamed_nodes_leave_no_keys(
    valkey: redis.Redis,
) -> None:
    for slug in ("sp15", "np15", "zp26"):
        project(Node.objects.get(slug=slug), now=SEEN)
    valkey.set("caiso:beat:schedule", "kept")
    valkey.set("caiso:a:b:current", "kept")
    Node.objects.filter(slug="np15").update(tracked=False)
    Node.objects.filter(slug="zp26").update(slug="zp27")
    assert forget_untracked() == ["np15", "zp26"]
    assert forget_untracked() == []
    kept = {"caiso:sp15:current", "caiso:beat:schedule", "caiso:a:b:current"}
    assert set(valkey.keys("*")) == kept
