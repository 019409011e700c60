"""When beat starts each task. Often, as it costs little: the task decides if a request is due."""

from datetime import timedelta
from typing import Any


def every(seconds: int, task: str, queue: str, *arguments: str) -> dict[str, Any]:
    """A beat entry that can't pile up in an outage: a tick expires before the next one comes."""
    return {
        "task": task,
        "args": arguments,
        "schedule": timedelta(seconds=seconds),
        "options": {"expires": 0.9 * seconds, "queue": queue},
    }


BEAT_SCHEDULE = {
    "poll RTM": every(2, "caisoproject.tasks.poll", "poll", "RTM"),
    "poll RTPD": every(5, "caisoproject.tasks.poll", "poll", "RTPD"),
    "poll DAM": every(5, "caisoproject.tasks.poll", "poll", "DAM"),
    # These take a turn only if no poll wants it, so they try often.
    "close gaps": every(15, "caisoproject.tasks.close_gaps", "backfill"),
    "sweep corrections": every(15, "caisoproject.tasks.sweep_corrections", "backfill"),
    "bring readers up to date": every(10, "caisoproject.tasks.catch_up", "alerts"),
    "wake the analyst": every(10, "caisoproject.tasks.wake_analyst", "alerts"),
    "deliver": every(2, "alerts.tasks.deliver", "alerts"),
    "digest": every(60, "alerts.tasks.digest", "alerts"),
    "tidy prices": every(60, "prices.tasks.tidy", "analysis"),
    "tidy alerts": every(60, "alerts.tasks.tidy", "analysis"),
    "prune prices": every(600, "prices.tasks.prune", "analysis"),
    "prune alerts": every(600, "alerts.tasks.prune", "analysis"),
    "prune the rest": every(600, "caisoproject.tasks.prune", "analysis"),
}
