"""Refuse a Redis that would lose tasks."""

from argparse import ArgumentParser
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from caisoproject.broker import refusal
from prices import redis_factory
from prices.redis_cluster import Cluster, facts_of_each

USES = {
    "REDIS_URL": "the projection",
    "CELERY_BROKER_URL": "the Celery broker",
    "CHANNEL_REDIS_URL": "the channel layer",
}

INSTEAD = "use a single primary, or name it cluster://host:port in REDIS_URL alone."
ADDRESS_OF = {"CELERY_BROKER_URL": "BROKER_REDIS_URL"}  # as typed, where Celery's is its own


class Command(BaseCommand):
    """Checks each Redis of the stack before anything relies on it."""

    help = "Check that each Redis can be reached, is what it is named as, and evicts nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", type=int, default=0, help="seconds to wait for an answer")

    def handle(self, *args: Any, **options: Any) -> None:
        retry = Retry(ConstantBackoff(0.25), 4 * options["wait"])
        for name, use in USES.items():
            url = getattr(settings, ADDRESS_OF.get(name, name))
            try:
                refuse_unfit(redis_factory.client(url, socket_timeout=5, retry=retry), name, use)
            except redis.ResponseError as fault:
                raise CommandError(f"{name}: Redis takes no writes: {fault}") from fault
            except redis.RedisError as fault:
                raise CommandError(f"{name}: Redis can't be reached: {fault}") from fault


def refuse_unfit(client: redis.Redis, name: str, use: str) -> None:
    """Raise CommandError for one that evicts keys or is a Cluster unexpectedly; RedisError if it is
    unusable."""
    for facts in facts_of_each(client):
        if int(facts.get("cluster_enabled", 0)) and not isinstance(client, Cluster):
            raise CommandError(f"{name} is a Redis Cluster, which {use} can't live on: {INSTEAD}")
        policy = facts.get("maxmemory_policy", "noeviction")
        if facts.get("maxmemory", 0) and policy != "noeviction":
            raise CommandError(
                f"{name} evicts keys ({policy}) and would lose tasks: "
                "set maxmemory-policy noeviction."
            )
    if fault := refusal(client):
        raise fault
    client.close()
