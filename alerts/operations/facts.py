"""Looks at what an installation needs. Each look asks one thing, and may wait as long as that does.

What is away is a condition too; only a fault of the database is raised, as everything that could be
recorded would be recorded there.
"""

from datetime import datetime
from typing import Any

import redis
from django.conf import settings

from alerts.operations.conditions import (
    Condition,
    RedisState,
    of_disk,
    of_redis,
    of_signs,
    of_source,
)
from prices.redis_cluster import facts_of_each
from prices.redis_factory import impatient
from prices.source_state import source_state
from prices.source_trouble import NAMES
from telemetry import signs
from telemetry.of_process import free_bytes, name_of_disk
from telemetry.redis_pipe import through


def look(*, now: datetime) -> list[Condition]:
    """Everything, one after the other. Raises a database's Error."""
    return [at_source(now=now), at_disk(), *at_redis(), *at_signs()]


def at_source(*, now: datetime) -> Condition:
    state = source_state(now=now)
    name = NAMES.get(settings.PRICE_SOURCE, settings.PRICE_SOURCE)
    return of_source(name, state.trouble, state.age_s)


def at_disk() -> Condition:
    """The disk that the state folder is on. Whoever shares it finds the same."""
    free = free_bytes(settings.STATE_DIR)
    return of_disk(free, settings.DISK_FREE_MB, name_of_disk(settings.STATE_DIR))


def at_redis() -> list[Condition]:
    """Every Redis there is: nearly always one."""
    found: list[Condition] = []
    for url, name in redis_names().items():
        found += of_redis(redis_state(url), settings.REDIS_FULL_PERCENT, name)
    return found


def redis_names() -> dict[str, str]:
    """What each Redis is for, where there are several."""
    names: dict[str, str] = {}
    for url, name in (
        (settings.REDIS_URL, ""),
        (settings.CHANNEL_REDIS_URL, "live feed"),
        (settings.BROKER_REDIS_URL, "queues"),
    ):
        names.setdefault(url, name)
    return names


def redis_state(url: str) -> RedisState | None:
    """What a Redis says of itself; None if it does not answer within a second, or refuses.

    Of a Cluster, the worst that one of its nodes says.
    """
    try:
        found = facts_of_each(impatient(url))
    except (redis.RedisError, OSError):
        return None
    fullest = max(found, key=fullness)
    return RedisState(
        used=fullest["used_memory"],
        most=fullest["maxmemory"],
        policy=min(found, key=keeps_everything)["maxmemory_policy"],
        is_replica=any(facts["role"] != "master" for facts in found),
    )


def fullness(facts: dict[str, Any]) -> float:
    """The share of its memory that is used; of a server without a limit, nothing."""
    return facts["used_memory"] / facts["maxmemory"] if facts["maxmemory"] else 0.0


def keeps_everything(facts: dict[str, Any]) -> bool:
    return bool(facts["maxmemory_policy"] == "noeviction")


def at_signs() -> list[Condition]:
    """Whether beat and the workers live, by the signs of life that they leave in Redis."""
    try:
        heard = signs.read(through(impatient(settings.REDIS_URL)))
    except OSError:
        return of_signs(None, settings.SILENT_S)
    ages = {kind: one.silent_s() for kind, one in heard.items()}
    return of_signs(ages, settings.SILENT_S)
