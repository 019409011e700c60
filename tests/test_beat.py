"""Beat goes on when the clock steps back."""

from datetime import datetime, timedelta

import pytest
import redis
from kombu.exceptions import OperationalError
from redbeat.schedulers import RedBeatScheduler

from caisoproject import tasks
from caisoproject.beat import AWAY_SECONDS, SteadyScheduler, app, in_the_future, stepped_back
from caisoproject.celery import app as workers
from caisoproject.schedule import BEAT_SCHEDULE
from tests.conftest import utc

NOW = utc("2026-11-24 01:05")


@pytest.mark.parametrize(
    ("before", "after", "stepped"),
    [
        (1000.0, 1000.0, False),
        (1000.0, 999.0, False),  # drift, or the jitter of two readings
        (1000.0, 998.0, False),
        (1000.0, 997.9, True),
        (1000.0, -2600.0, True),
        (1000.0, 4600.0, False),  # forward: what is due is just due
    ],
)
def test_a_step_back_is_told_from_drift(before: float, after: float, stepped: bool) -> None:
    assert stepped_back(before, after) is stepped


@pytest.mark.parametrize(
    ("last_run_at", "future"),
    [
        (None, False),
        (NOW - timedelta(seconds=1), False),
        (NOW, False),
        (NOW + timedelta(microseconds=1), True),
        (NOW + timedelta(hours=1), True),
    ],
)
def test_an_entry_that_ran_later_than_now_would_stay_silent(
    last_run_at: datetime | None, future: bool
) -> None:
    assert in_the_future(last_run_at, now=NOW) is future


def test_entries_that_a_clock_step_left_in_the_future_run_again(valkey: redis.Redis) -> None:
    scheduler = SteadyScheduler(app)
    later = app.now() + timedelta(hours=1)
    for entry in scheduler.stored_entries():
        entry.reschedule(later)
    assert scheduler.schedule == {}
    scheduler.pull_back()
    due = [entry.due_at for entry in scheduler.stored_entries() if entry.name != "prune"]
    assert max(due) < later


def test_a_scheduler_that_starts_after_a_clock_step_is_not_silent(valkey: redis.Redis) -> None:
    for entry in SteadyScheduler(app).stored_entries():
        entry.reschedule(app.now() + timedelta(hours=1))
    started = SteadyScheduler(app)
    assert all(entry.last_run_at <= app.now() for entry in started.stored_entries())


def test_beat_waits_for_a_redis_that_is_away(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: object, **_: object) -> float:
        raise redis.ConnectionError("Connection refused.")

    scheduler = SteadyScheduler(app)
    monkeypatch.setattr(RedBeatScheduler, "tick", away)
    assert scheduler.tick() == AWAY_SECONDS


def test_workers_come_back_to_their_broker_every_second() -> None:
    tries: list[float] = []
    broker = workers.connection_for_read("redis://127.0.0.1:1/0")
    with broker as connection, pytest.raises(OperationalError):
        connection.ensure_connection(lambda _, interval: tries.append(interval), 2)
    assert tries == [1.0, 1.0]


def test_every_tick_expires_before_the_next_and_names_its_queue() -> None:
    for name, entry in BEAT_SCHEDULE.items():
        options = entry["options"]
        assert options["expires"] < entry["schedule"].total_seconds(), name
        assert options["queue"] in ("poll", "alerts", "backfill", "analysis")
        assert (
            getattr(tasks, entry["task"].removeprefix("caisoproject.tasks.")).name == entry["task"]
        )
