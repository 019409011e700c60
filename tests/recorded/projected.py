"""What Redis holds and what was published there, as other programs find it."""

import json
from typing import Any

import redis
from django.conf import settings

from tests.recorded.recording import Texts


class Watched:
    """The Redis of the tests, emptied, and all that is published in it from then on."""

    def __init__(self) -> None:
        self.client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
        self.client.flushall()
        self.channels = self.client.pubsub()
        self.channels.psubscribe("caiso:*")
        assert self.channels.get_message(timeout=5)

    def close(self) -> None:
        """Leave nothing behind."""
        self.channels.close()
        self.client.flushall()
        self.client.close()

    def published(self) -> list[str]:
        """What was published since the last time, each behind its channel."""
        found = []
        while message := self.channels.get_message(timeout=0.2):
            found.append(f"{message['channel']} {message['data']}")
        return found

    def taken(self) -> Texts:
        """Every key with its type and contents, and what was published, by file."""
        found = {"published.txt": "\n".join([*self.published(), ""])}
        for key in sorted(self.client.keys("caiso:*")):
            kind = self.client.type(key)
            lines = [f"{key} {kind}", *READ[kind](self.client, key), ""]
            found[f"{key.replace(':', '-')}.txt"] = "\n".join(lines)
        return found


def stream(client: Any, key: str) -> list[str]:
    """Each entry, its fields in their order."""
    return [
        f"{entry} {json.dumps(fields, ensure_ascii=False)}" for entry, fields in client.xrange(key)
    ]


def fields(client: Any, key: str) -> list[str]:
    """The fields of a hash."""
    return [f"{name}: {value}" for name, value in sorted(client.hgetall(key).items())]


def members(client: Any, key: str) -> list[str]:
    """The members of a sorted set with their scores."""
    return [f"{score:.0f} {member}" for member, score in client.zrange(key, 0, -1, withscores=True)]


READ = {"stream": stream, "hash": fields, "zset": members}
