"""Workers reconnect within seconds to a broker that was away or took no writes.

A Redis that is full, a replica, or short of replicas answers but refuses writes. Celery takes that
for a fatal error: the worker would end, start and end again. Here it waits.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import redis
from celery.app.amqp import AMQP
from kombu import Connection

from prices import redis_factory

EVERY_SECOND = {"interval_start": 1, "interval_step": 0, "interval_max": 1}
WRITABLE = "caiso:broker:writable"
LOOK_AGAIN_SECONDS = 1.0


class PromptConnection(Connection):
    """A connection that retries every second instead of ever more slowly: prices don't wait."""

    @property
    def connection_errors(self) -> tuple[type[Exception], ...]:
        """Errors after which a worker connects again: a refusal is one too."""
        return (*super().connection_errors, redis.ResponseError)

    def ensure_connection(self, *arguments: Any, **options: Any) -> "PromptConnection":
        """Wait for a broker that takes writes; `errback` is called after each failed try."""
        super().ensure_connection(*arguments, **options | EVERY_SECOND)
        errback = options.get("errback") or (arguments[0] if arguments else None)
        wait_until_writable(broker_client(), errback, options.get("callback"))
        return self


class PromptAmqp(AMQP):
    """Makes Celery use PromptConnection."""

    Connection = PromptConnection


@cache
def broker_client() -> redis.Redis:
    """A plain Redis client for the broker."""
    from caisoproject import settings  # noqa: PLC0415 (beat has no Django)

    return redis_factory.client(
        settings.BROKER_REDIS_URL, socket_timeout=10, socket_connect_timeout=5
    )


def refusal(client: redis.Redis) -> redis.RedisError | None:
    """Why Redis takes no writes now (full, a replica, short of replicas, away), or None."""
    try:
        client.set(WRITABLE, 1, ex=60)
    except redis.RedisError as fault:
        return fault
    return None


def wait_until_writable(
    client: redis.Redis,
    errback: Callable[[Exception, float], object] | None = None,
    each_time: Callable[[], object] | None = None,
) -> None:
    """Return once Redis takes a write; `each_time` may raise to end the wait."""
    while fault := refusal(client):
        if errback:
            errback(fault, LOOK_AGAIN_SECONDS)
        if each_time:
            each_time()
        time.sleep(LOOK_AGAIN_SECONDS)
