"""The connection to Redis."""

from functools import cache

import redis
from django.conf import settings

from prices import redis_factory


@cache
def redis_client() -> redis.Redis:
    """The client of this process. It returns text and reconnects by itself."""
    return redis_factory.client(settings.REDIS_URL, decode_responses=True, **settings.REDIS_OPTIONS)
