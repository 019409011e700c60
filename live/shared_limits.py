"""Limits that hold for all web processes together, however many machines they are on.

Each process has limits of its own, which protect its memory; beyond them it asks Redis. One that is
away, or takes longer than a moment, is not asked again for a while, and the process goes by its own
limits: nobody is refused or kept waiting because of Redis.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import redis
import structlog
from django.conf import settings
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from live.connection_limits import Full
from live.limit_scripts import GIVE_BACK, LEASE, RATE, key_of
from live.rate_limit import RateLimit
from prices import redis_factory

log = structlog.get_logger(__name__)
WITHIN_S, REST_S = 0.05, 2.0
AT_ONCE = 8
# A request that takes longer than its lease is no longer counted by the others.
LEASE_S, PATIENCE_S, LOOK_S = 60, 10.0, 0.1
MISSED = (redis.RedisError, OSError)


class Rest:
    """Until when Redis is not asked, by the monotonic clock."""

    until = 0.0


class Asking:
    """An event loop's client; so many questions at once share its connections.

    It has no `socket_timeout`, as each question has its own: with one the client package sends by
    `asyncio.wait_for`, in which Python 3.11 loses a cancellation that comes as all is sent.
    """

    def __init__(self) -> None:
        self.redis: aioredis.Redis = redis_factory.async_client(
            settings.CHANNEL_REDIS_URL, retry=AsyncRetry(NoBackoff(), 0), socket_connect_timeout=1
        )
        self.free = asyncio.Semaphore(AT_ONCE)


askings: WeakKeyDictionary[asyncio.AbstractEventLoop, Asking] = WeakKeyDictionary()


@cache
def client() -> redis.Redis:
    """The client of threads: connecting and answering take half of the moment each."""
    half = {"socket_timeout": WITHIN_S / 2, "socket_connect_timeout": WITHIN_S / 2}
    return redis_factory.client(settings.CHANNEL_REDIS_URL, retry=Retry(NoBackoff(), 0), **half)


def asks() -> bool:
    """Whether Redis is asked at this moment."""
    return settings.SHARED_LIMITS and time.monotonic() >= Rest.until


def rest(fault: Exception) -> None:
    """Leave Redis alone for a while."""
    Rest.until = time.monotonic() + REST_S
    log.warning("limits are those of this process: Redis does not answer", why=str(fault))


def ask(script: str, keys: list[str], *arguments: str | float) -> int | None:
    """What a script returns; None where Redis does not say."""
    if not asks():
        return None
    try:
        said: Any = client().eval(script, len(keys), *keys, *map(str, arguments))
        return int(said)
    except MISSED as fault:
        rest(fault)
        return None


async def ask_soon(script: str, keys: list[str], *arguments: str | float) -> int | None:
    """The same for an event loop."""
    if not asks():
        return None
    asking = askings.setdefault(asyncio.get_running_loop(), Asking())
    try:
        async with asyncio.timeout(WITHIN_S), asking.free:
            said: Any = asking.redis.eval(script, len(keys), *keys, *map(str, arguments))
            return int(await said)
    except MISSED as fault:  # a timeout is one too
        rest(fault)
        return None


async def close() -> None:
    """Close this event loop's connections."""
    if asking := askings.pop(asyncio.get_running_loop(), None):
        await asking.redis.aclose()


def wait_for(limit: str, whose: object, here: RateLimit) -> float:
    """Seconds until one may once more; 0 if it is counted now, here and for all processes."""
    now = time.monotonic()
    if not here.take(now):
        return here.wait(now)
    numbers = here.most, round(here.seconds * 1000)
    wait_ms = ask(RATE, [key_of(limit, whose)], *numbers, secrets.token_hex(8))
    if wait_ms:
        here.give_back()
    return (wait_ms or 0) / 1000


@asynccontextmanager
async def leased(limit: str, whose: str, most: int) -> AsyncIterator[None]:
    """Hold one of `most` leases, of all processes together. Raises Full if none comes free."""
    key, lease = key_of(limit, whose), secrets.token_hex(8)
    is_held = await had(key, lease, most)
    try:
        yield
    finally:
        if is_held:
            await ask_soon(GIVE_BACK, [key], lease)


async def had(key: str, lease: str, most: int) -> bool:
    """Wait for a lease; False if Redis does not say. Raises Full."""
    give_up_at = time.monotonic() + PATIENCE_S
    while (is_had := await ask_soon(LEASE, [key], most, LEASE_S * 1000, lease)) == 0:
        if time.monotonic() > give_up_at:
            raise Full(f"{most} requests of your address are under way already.")
        await asyncio.sleep(LOOK_S)
    return is_had == 1
