"""Beat: `celery -A caisoproject.beat beat`. A second one stands by; it survives clock steps.

It has a Celery application of its own, without Django. Beat only needs the schedule, as it sends
tasks by name; that saves 25 MB.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import redis
import structlog
from celery import Celery
from redbeat.schedulers import (
    RedBeatScheduler,
    RedBeatSchedulerEntry,
    acquire_distributed_beat_lock,
)
from redis.exceptions import LockError

from caisoproject import pulses
from caisoproject.broker import broker_client, refusal, wait_until_writable
from prices import redis_address, redis_factory

log = structlog.get_logger(__name__)
app = Celery("caisoproject.beat", fixups=[], set_as_current=False)
app.config_from_object("caisoproject.settings", namespace="CELERY")


@app.on_after_configure.connect
def place_the_lock(sender: Celery, **_: object) -> None:
    """RedBeat reads these without the namespace that the settings have, so they are set here.

    It is given a client of ours, and the address only to show it.
    """
    from caisoproject.settings import BROKER_REDIS_URL  # noqa: PLC0415 (it reads the environment)

    waits = {"socket_timeout": 10, "socket_connect_timeout": 5}
    client = redis_factory.client(BROKER_REDIS_URL, decode_responses=True, **waits)
    sender.redbeat_redis = client  # type: ignore[attr-defined]
    sender.conf.redbeat_redis_options = waits
    sender.conf.redbeat_redis_url = redis_address.read(BROKER_REDIS_URL).shown
    sender.conf.redbeat_lock_timeout = 15
    sender.conf.redbeat_key_prefix = "caiso:beat:"


STEP_SECONDS = 2.0
AWAY_SECONDS = 1.0


def warn(fault: Exception) -> None:
    log.warning("no Redis to write to", why=str(fault))


def stepped_back(before: float, after: float) -> bool:
    """Whether the wall clock stepped back. Both are wall clock less monotonic clock, in seconds."""
    return before - after > STEP_SECONDS


def in_the_future(last_run_at: datetime | None, *, now: datetime) -> bool:
    """Whether an entry last ran after `now`: it would not run until the clock catches up."""
    return last_run_at is not None and last_run_at > now


class SteadyScheduler(RedBeatScheduler):  # type: ignore[misc]
    """RedBeat that pulls back entries which lie in the future after a clock step."""

    lock: Any  # declared nowhere in the package

    def __init__(self, app: Any, **options: Any) -> None:
        self.wall_over_monotonic = time.time() - time.monotonic()
        wait_until_writable(broker_client(), lambda fault, _: warn(fault))
        super().__init__(app, **options)

    def setup_schedule(self) -> None:
        """Store the schedule, and pull back what an earlier clock step left in the future."""
        super().setup_schedule()
        self.pull_back()

    def tick(self, *arguments: Any, **options: Any) -> float:
        """One tick, after correcting for a clock that stepped back since the last one.

        While Redis is away or takes no writes, beat waits: being restarted would take longer
        every time. A lock that expired meanwhile, or was not to be had because Redis went away
        from who waited for it, is acquired again, or waited for.
        """
        difference = time.time() - time.monotonic()
        if stepped_back(self.wall_over_monotonic, difference):
            log.warning("the clock stepped back", seconds=self.wall_over_monotonic - difference)
            self.pull_back()
        self.wall_over_monotonic = difference
        try:
            if fault := refusal(broker_client()):
                raise fault
            if self.lock is None:
                acquire_distributed_beat_lock(SimpleNamespace(scheduler=self))
            until_next_s = float(super().tick(*arguments, **options))
        except LockError:
            self.lock = None
            return 0.0
        except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as fault:
            warn(fault)
            return AWAY_SECONDS
        pulses.of_beat().beat_if_due()
        return until_next_s

    def close(self) -> None:
        """Say that beat ends, and leave the lock to another."""
        pulses.of_beat().end()
        super().close()

    def pull_back(self) -> None:
        """Set the last run of entries to now, where it lies in the future."""
        now = self.app.now()
        for entry in self.stored_entries():
            if in_the_future(entry.last_run_at, now=now):
                entry.reschedule(now)

    def stored_entries(self) -> Iterable[RedBeatSchedulerEntry]:
        for name in self.app.redbeat_conf.schedule:
            key = RedBeatSchedulerEntry.generate_key(self.app, name)
            yield RedBeatSchedulerEntry.from_key(key, app=self.app)
