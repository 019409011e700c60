"""How workers come back to a broker that was away: every second, not after up to half a minute."""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection

EVERY_SECOND = {"interval_start": 1, "interval_step": 0, "interval_max": 1}


class PromptConnection(Connection):
    """A connection that does not wait longer from try to try: prices do not wait either."""

    def ensure_connection(self, *arguments: Any, **options: Any) -> "PromptConnection":
        return super().ensure_connection(*arguments, **options | EVERY_SECOND)


class PromptAmqp(AMQP):
    """What Celery makes its connections with."""

    Connection = PromptConnection
