import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis

from prices.market import Market
from prices.models import Feed, Node
from prices.projection import project
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


def test_redis_holds_exactly_the_keys_of_the_design(valkey: redis.Redis) -> None:
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
        told = [listener.get_message(timeout=1), listener.get_message(timeout=0.1)]
    assert told[0] is not None
    assert json.loads(told[0]["data"])["lmp"] == 41.0
    assert told[1] is None


def test_an_emptied_redis_is_filled_from_the_database(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    before = everything(valkey)
    valkey.flushall()
    project_sp15()
    assert everything(valkey) == before


def test_what_another_database_left_in_redis_is_replaced(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    valkey.hset("caiso:sp15:current", mapping={"epoch": "another", "seq": 5000})
    valkey.zadd("caiso:sp15:rt:5min", {"2026-07-14T18:59:00Z:666": 1})
    assert project_sp15() == 19
    assert valkey.zscore("caiso:sp15:rt:5min", "2026-07-14T18:59:00Z:666") is None
    assert valkey.xlen("caiso:sp15:stream") == 19


def test_a_restored_older_database_begins_a_new_epoch(valkey: redis.Redis) -> None:
    a_day(valkey)
    project_sp15()
    valkey.hset("caiso:sp15:current", "seq", "5000")
    epoch = Feed.objects.get(node__slug="sp15").epoch
    assert project_sp15() == 19
    assert Feed.objects.get(node__slug="sp15").epoch != epoch


def test_sorted_sets_let_go_of_what_is_too_old(valkey: redis.Redis) -> None:
    store([published(NOON, "40"), published(NOON, "30", Market.DAM)], SEEN)
    project_sp15()
    project_sp15(SEEN + timedelta(days=8))
    assert valkey.zcard("caiso:sp15:rt:5min") == 0
    assert valkey.zcard("caiso:sp15:da:hourly") == 1
    project_sp15(SEEN + timedelta(days=31))
    assert valkey.zcard("caiso:sp15:da:hourly") == 0
