"""Telemetry's way to Redis through redis-py, whatever the client: one server, Sentinel, Cluster."""

from collections.abc import Sequence
from typing import Any

import redis

from telemetry.redis_words import Command, Run


class Away(OSError):
    """Redis is away, or refuses."""


def through(client: Any) -> Run:
    """Run commands in one pipeline of this client. Raises Away."""

    def run(commands: Sequence[Command]) -> Sequence[Any]:
        try:
            pipe = client.pipeline(transaction=False)
            for command in commands:
                pipe.execute_command(*command)
            answers: list[Any] = pipe.execute()
        except redis.RedisError as fault:
            raise Away(" ".join(str(fault).split())) from fault
        return answers

    return run
