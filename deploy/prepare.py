"""Brings the database up to date before the stack starts; in one process, to start sooner."""

import os
import sys

import django
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from caisoproject.out_of_reach import sentence_for
from oasis import proxies
from oasis.turns import Turns
from prices.redis_client import redis_client

COMMANDS = (
    ("check_redis", "--wait=5"),
    ("migrate", "--noinput", "--verbosity=0"),
    ("check_source",),
    ("first_admin",),
)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
    django.setup()
    if trouble := proxies.trouble(settings.OASIS_URL):
        sys.exit(f"OASIS can't be asked: {trouble}.")
    try:
        for command in COMMANDS:
            call_command(*command)
        if os.environ.get("OASIS_ASKED"):
            Turns(redis_client(), settings.OASIS_SECONDS_BETWEEN_REQUESTS).start_pause()
    except CommandError as refusal:
        sys.exit(str(refusal))
    except (DatabaseError, redis.RedisError) as fault:
        if sentence := sentence_for(fault):
            sys.exit(sentence)
        raise
