"""The connection to Redis."""

from functools import cache

import redis
from django.conf import settings

from prices import redis_address, redis_factory
from prices.redis_address import CLUSTER


@cache
def redis_client() -> redis.Redis:
    """The client of this process. It returns text and reconnects by itself."""
    return redis_factory.client(settings.REDIS_URL, decode_responses=True, **settings.REDIS_OPTIONS)


def tagged(name: str) -> str:
    """A name in a key, so that all keys with it lie on one node where Redis is a Cluster."""
    return f"{{{name}}}" if is_cluster(settings.REDIS_URL) else name


@cache
def is_cluster(url: str) -> bool:
    return redis_address.read(url).kind == CLUSTER
