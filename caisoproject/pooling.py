"""How many connections to PostgreSQL a web process keeps."""

from django.conf import settings

from live.work_limits import REQUESTS_AT_ONCE

# Beside requests, the feed reads what it has missed, one question at a time.
OF_THE_FEED = 2


def take_connections_from_a_pool() -> None:
    """Let this process keep its connections to PostgreSQL between requests.

    Workers, beat and commands don't: each has one connection, while it has something to do. A pool
    would not outlive a task, as Celery closes it, and each would be four more threads.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "caisoproject.postgresql":
        database["OPTIONS"]["pool"] = {"max_size": REQUESTS_AT_ONCE + OF_THE_FEED}
