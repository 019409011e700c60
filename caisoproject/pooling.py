"""How many connections to PostgreSQL a web process keeps."""

from django.conf import settings

from live.work_limits import REQUESTS_AT_ONCE

# Beside requests, the feed reads what it has missed, one question at a time.
OF_THE_FEED = 2
# Of all web processes together. PostgreSQL gives 97 unless it is told otherwise, and who fetches
# prices and sends alerts must get one however many people read.
MOST_TOGETHER = 60


def take_connections_from_a_pool() -> None:
    """Let this process keep its connections to PostgreSQL between requests.

    Workers, beat and commands don't: each has one connection, while it has something to do. A pool
    would not outlive a task, as Celery closes it, and each would be four more threads.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "caisoproject.postgresql":
        database["OPTIONS"]["pool"] = {"max_size": most_connections(settings.WEB_PROCESSES)}


def most_connections(web_processes: int) -> int:
    """Those of one of so many; a request waits where all are in use."""
    return min(REQUESTS_AT_ONCE + OF_THE_FEED, MOST_TOGETHER // web_processes)
