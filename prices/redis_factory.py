"""Every client of a Redis is made here, from an address (`prices/redis_address.py`).

What else is said is for the connections to the servers, as the client package names it. Sentinels
are asked on connections of their own, at each new connection to a server: so one that was lost to
a fail-over is made anew to whichever server is the primary then.
"""

import asyncio
import re
from functools import cache
from typing import Any, cast

import redis
from redis import asyncio as aioredis
from redis import sentinel
from redis.asyncio import sentinel as aiosentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from prices import redis_address
from prices.redis_address import CLUSTER, SENTINEL, SOCKET, Address, Unreadable
from prices.redis_arguments import of_sentinels, of_server
from prices.redis_cluster import Cluster

IMPATIENT_S = 1


@cache
def impatient(url: str) -> redis.Redis:
    """This process's client for what must not wait: a second to connect, one for an answer, once.

    Raises Unreadable.
    """
    waits = {"socket_timeout": IMPATIENT_S, "socket_connect_timeout": IMPATIENT_S}
    return client(url, retry=Retry(NoBackoff(), 0), **waits)


def client(url: str, **options: Any) -> redis.Redis:
    """A client that connects when it is used first. Raises Unreadable."""
    address = redis_address.read(url)
    if address.kind == CLUSTER:
        return cast(redis.Redis, Cluster(address, **options))
    if address.kind == SENTINEL:
        return redis.Redis.from_pool(SentinelPool(address, **options))
    made = of_server(address, **options)
    pool = redis.ConnectionPool(connection_class=connection_class(address, redis), **made)
    return redis.Redis.from_pool(pool)


def async_client(url: str, **options: Any) -> "aioredis.Redis":
    """The same for an event loop, and not for a Cluster: messages need one primary.

    A `retry` among the options is one of redis.asyncio.
    """
    address = redis_address.read(url)
    if address.kind == CLUSTER:
        raise Unreadable("is a Redis Cluster, which has no client for an event loop here.")
    if address.kind == SENTINEL:
        return aioredis.Redis.from_pool(AsyncSentinelPool(address, **options))
    made = of_server(address, **options)
    pool = aioredis.ConnectionPool(connection_class=connection_class(address, aioredis), **made)
    return aioredis.Redis.from_pool(pool)


def connection_class(address: Address, package: Any) -> Any:
    if address.kind == SOCKET:
        return package.UnixDomainSocketConnection
    return package.Connection if address.tls is None else package.SSLConnection


class Sentinels(sentinel.Sentinel):
    """The client package's own names each connection it tried with all that it was made of."""

    def discover_master(self, service_name: str) -> tuple[str, int]:
        try:
            host, port = super().discover_master(service_name)  # type: ignore[no-untyped-call]
        except sentinel.MasterNotFoundError as fault:
            raise sentinel.MasterNotFoundError(in_short(service_name, fault)) from fault
        return host, port


class AsyncSentinels(aiosentinel.Sentinel):
    """The same for an event loop.

    Each is asked with a `socket_timeout`, to which the client package keeps by `asyncio.wait_for`.
    In that, Python 3.11 loses a cancellation that comes as the question has just been sent.
    """

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        cancellations = count_cancellations()
        try:
            host, port = await super().discover_master(service_name)
        except aiosentinel.MasterNotFoundError as fault:
            raise aiosentinel.MasterNotFoundError(in_short(service_name, fault)) from fault
        finally:
            if count_cancellations() > cancellations:
                raise asyncio.CancelledError
        return host, port


def count_cancellations() -> int:
    """How often this task was asked to end, by whoever waits no longer."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def in_short(service: str, fault: Exception) -> str:
    """That there is no primary, and what kinds of faults the sentinels had."""
    kinds = sorted(set(re.findall(r" - \w+:(\w+)", str(fault))))
    why = f": {', '.join(kinds)}" if kinds else ""
    return f"No sentinel names a primary of {service}{why}."


class SentinelPool(sentinel.SentinelConnectionPool):
    """Connections to the primary; with them those to the sentinels are closed."""

    def __init__(self, address: Address, **options: Any) -> None:
        told = of_sentinels(address, Retry(NoBackoff(), 0))
        asked = Sentinels(address.hosts, sentinel_kwargs=told)  # type: ignore[no-untyped-call]
        tls = {} if address.tls is None else {"ssl": True}
        super().__init__(address.service, asked, **tls, **of_server(address, **options))  # type: ignore[no-untyped-call]

    def disconnect(self, inuse_connections: bool = True) -> None:
        super().disconnect(inuse_connections)
        for one in self.sentinel_manager.sentinels if inuse_connections else ():
            one.close()


class AsyncSentinelPool(aiosentinel.SentinelConnectionPool):
    """The same for an event loop."""

    def __init__(self, address: Address, **options: Any) -> None:
        told = of_sentinels(address, AsyncRetry(NoBackoff(), 0))
        asked = AsyncSentinels(address.hosts, sentinel_kwargs=told)  # type: ignore[no-untyped-call]
        tls = {} if address.tls is None else {"ssl": True}
        super().__init__(address.service, asked, **tls, **of_server(address, **options))  # type: ignore[no-untyped-call]

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        for one in self.sentinel_manager.sentinels if inuse_connections else ():
            await one.aclose()
