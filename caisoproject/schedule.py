"""When beat ticks. It ticks often and cheaply: whether a request is due is decided in the task."""

from datetime import timedelta
from typing import Any


def every(seconds: int, task: str, queue: str, *arguments: str) -> dict[str, Any]:
    """A beat entry that no outage can pile up: a tick is dropped before the next one comes."""
    return {
        "task": f"caisoproject.tasks.{task}",
        "args": arguments,
        "schedule": timedelta(seconds=seconds),
        "options": {"expires": 0.9 * seconds, "queue": queue},
    }


BEAT_SCHEDULE = {
    "poll RTM": every(2, "poll", "poll", "RTM"),
    "poll RTPD": every(5, "poll", "poll", "RTPD"),
    "poll DAM": every(5, "poll", "poll", "DAM"),
    "bring readers up to date": every(10, "catch_up", "alerts"),
    "deliver": every(2, "deliver", "alerts"),
    "digest": every(60, "digest", "alerts"),
    "close gaps": every(60, "close_gaps", "backfill"),
    "sweep corrections": every(60, "sweep_corrections", "backfill"),
    "tidy": every(60, "tidy", "analysis"),
    "prune": every(3600, "prune", "analysis"),
}
