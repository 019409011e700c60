"""How the database, Redis and the queues are, for `/metrics`."""

import time
from collections.abc import Iterator
from typing import Any

import redis
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connection

from caisoproject.analyst import LISTS
from caisoproject.beat_schedule import BEAT_SCHEDULE
from prices.redis_cluster import facts_of_each
from prices.redis_factory import impatient
from telemetry.sample import Sample

UNACKNOWLEDGED = "unacked"  # as Celery calls it
PROJECTION, BROKER = "projection", "broker"
# What a server says of itself, and the family that it belongs to.
OF_STATS = {
    "keyspace_hits": "caiso_redis_keyspace_hits",
    "keyspace_misses": "caiso_redis_keyspace_misses",
    "evicted_keys": "caiso_redis_evicted_keys",
}


def client(role: str) -> redis.Redis:
    """The Redis that is used for this. Prometheus waits for ten seconds in all."""
    return impatient(settings.REDIS_URL if role == PROJECTION else settings.BROKER_REDIS_URL)


def samples() -> Iterator[Sample]:
    """What is away says so by its `_up`, and has no other figure."""
    yield from database()
    for role in (PROJECTION, BROKER):
        yield from of_redis(role)


def database() -> Iterator[Sample]:
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseTrouble:
        yield Sample("caiso_database_up", 0)
        return
    yield Sample("caiso_database_up", 1)
    yield Sample("caiso_database_latency_seconds", time.perf_counter() - began)


def of_redis(role: str) -> Iterator[Sample]:
    """Of a cluster, the sum over its nodes; and what waits there for workers and the analyst."""
    labels = {"role": role}
    began = time.perf_counter()
    try:
        client(role).ping()
        took_s = time.perf_counter() - began
        found, waiting = info(client(role)), [*WAITING[role]()]
    except redis.RedisError:
        yield Sample("caiso_redis_up", 0, labels)
        return
    yield Sample("caiso_redis_up", 1, labels)
    yield Sample("caiso_redis_latency_seconds", took_s, labels)
    for server in found:
        yield from of_server(server, labels)
    yield from waiting


def info(client: Any) -> list[dict[str, Any]]:
    """What each server says of itself; nothing where our user may not ask."""
    try:
        return facts_of_each(client)
    except redis.exceptions.NoPermissionError:
        return []


def of_server(found: dict[str, Any], labels: dict[str, str]) -> Iterator[Sample]:
    limit = found.get("maxmemory") or found.get("total_system_memory", 0)
    yield Sample("caiso_redis_memory_used_bytes", found["used_memory"], labels)
    yield Sample("caiso_redis_memory_limit_bytes", limit, labels)
    for name, family in OF_STATS.items():
        yield Sample(family, found.get(name, 0), labels)


def for_workers() -> Iterator[Sample]:
    """How many tasks wait in each queue, and are being done."""
    broker = client(BROKER)
    for queue in sorted({entry["options"]["queue"] for entry in BEAT_SCHEDULE.values()}):
        yield Sample("caiso_queue_length", number(broker.llen(queue)), {"queue": queue})
    yield Sample("caiso_tasks_unacknowledged", number(broker.hlen(UNACKNOWLEDGED)))


def for_the_analyst() -> Iterator[Sample]:
    for lane, key in LISTS.items():
        length = number(client(PROJECTION).llen(key))
        yield Sample("caiso_queue_length", length, {"queue": f"analyst {lane}"})


def number(answer: Any) -> float:
    return float(answer)


WAITING = {PROJECTION: for_the_analyst, BROKER: for_workers}
