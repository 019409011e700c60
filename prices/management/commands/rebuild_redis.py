"""Rebuild Redis from the database."""

from typing import Any

import redis
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from prices.models import Node
from prices.projection import forget, project


class Command(BaseCommand):
    """Clear the keys of every tracked node in Redis and fill them again."""

    help = "Clear the keys of every tracked node in Redis and fill them from the database."

    def handle(self, *args: Any, **options: Any) -> None:
        for node in Node.objects.tracked():
            try:
                forget(node.slug)
                seq = project(node, now=timezone.now())
            except redis.RedisError as fault:
                raise CommandError(f"Redis can't be reached: {fault}") from fault
            self.stdout.write(f"{node}: at {seq}")
