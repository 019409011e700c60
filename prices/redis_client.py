"""The one place that knows how to reach Redis."""

from functools import cache

import redis
from django.conf import settings


@cache
def redis_client() -> redis.Redis:
    """This process's client, answering with text. It reconnects by itself."""
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True, **settings.REDIS_OPTIONS)
