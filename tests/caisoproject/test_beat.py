"""Beat goes on when the clock steps back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import redis
from django.core.management import CommandError, call_command
from kombu.exceptions import OperationalError
from pytest_django import Settings
from redbeat.schedulers import RedBeatScheduler, acquire_distributed_beat_lock
from redis.lock import Lock

from caisoproject import broker
from caisoproject.beat import AWAY_SECONDS, SteadyScheduler, app, in_the_future, stepped_back
from caisoproject.beat_schedule import BEAT_SCHEDULE
from caisoproject.celery import app as workers
from tests.conftest import utc


@pytest.fixture
def refusing(valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """A Redis to be made refuse, and to be waited for without waiting."""
    monkeypatch.setattr(broker, "LOOK_AGAIN_SECONDS", 0)
    yield valkey
    valkey.execute_command("REPLICAOF", "NO", "ONE")
    valkey.config_set("min-replicas-to-write", "0")
    valkey.config_set("maxmemory", "0")


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
    due = [entry.due_at for entry in scheduler.stored_entries() if "prune" not in entry.name]
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


def test_beat_sends_nothing_while_redis_takes_no_writes(
    refusing: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = SteadyScheduler(app)
    ticked: list[bool] = []
    monkeypatch.setattr(RedBeatScheduler, "tick", lambda self: ticked.append(True) or 5.0)
    refusing.config_set("min-replicas-to-write", "1")
    assert scheduler.tick() == AWAY_SECONDS
    assert ticked == []
    refusing.config_set("min-replicas-to-write", "0")
    assert scheduler.tick() == 5.0


def test_beat_takes_its_lock_anew_when_it_ran_out_meanwhile(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = SteadyScheduler(app)
    acquire_distributed_beat_lock(SimpleNamespace(scheduler=scheduler))
    valkey.delete(scheduler.lock_key)
    monkeypatch.setattr(scheduler, "maybe_due", lambda *_, **__: 3.0)
    assert scheduler.tick() == 0.0
    assert scheduler.tick() == 3.0
    assert valkey.exists(scheduler.lock_key)


def test_beat_takes_the_lock_that_it_could_not_wait_for_because_redis_went_away(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = SteadyScheduler(app)  # Celery swallows what is raised while it waits
    monkeypatch.setattr(scheduler, "maybe_due", lambda *_, **__: 3.0)
    assert scheduler.tick() == 3.0
    assert valkey.exists(scheduler.lock_key)


def test_beat_waits_for_a_redis_that_goes_away_as_the_lock_is_taken(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> bool:
        raise redis.ConnectionError("Connection refused.")

    scheduler = SteadyScheduler(app)
    monkeypatch.setattr(Lock, "acquire", away)
    assert scheduler.tick() == AWAY_SECONDS


@pytest.mark.parametrize(
    ("option", "refuses", "takes", "word"),
    [
        ("min-replicas-to-write", "1", "0", "NOREPLICAS"),
        ("maxmemory", "1", "0", "maxmemory"),
    ],
)
def test_a_redis_that_refuses_is_waited_for(
    refusing: redis.Redis, option: str, refuses: str, takes: str, word: str
) -> None:
    refusing.config_set(option, refuses)
    refusals: list[str] = []

    def free_it() -> None:
        assert word in refusals[-1]
        if len(refusals) == 2:
            refusing.config_set(option, takes)

    broker.wait_until_writable(refusing, lambda fault, _: refusals.append(str(fault)), free_it)
    assert len(refusals) == 2


def test_a_replica_is_told_at_start(refusing: redis.Redis, settings: Settings) -> None:
    refusing.execute_command("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(CommandError, match="REDIS_URL: Redis takes no writes: You can't write"):
        call_command("check_redis")


@pytest.mark.long
def test_workers_come_back_to_their_broker_every_second() -> None:
    tries: list[float] = []
    broker = workers.connection_for_read("redis://127.0.0.1:1/0")
    with broker as connection, pytest.raises(OperationalError):
        connection.ensure_connection(lambda _, interval: tries.append(interval), 2)
    assert tries == [1.0, 1.0]


@pytest.mark.parametrize(
    ("process", "unneeded"),
    [
        (
            "import caisoproject.beat_program",
            (
                "django.db",
                "prompt_toolkit",
                "twisted",
                "rich.console",
                "opentelemetry.sdk",
                "yaml.loader",
            ),
        ),
        (
            "from caisoproject import worker_program; worker_program.app.loader.init_worker();"
            "import celery.apps.worker",
            (
                "celery.bin",
                "prompt_toolkit",
                "pygments",
                "opentelemetry.sdk",
                "yaml.loader",
                "psutil._common",
                "chardet.detector",
                "alerts.admin",
                "prices.admin",
                "dashboard.views",
                "api.views",
                "rest_framework",
                "twisted",
                "rich.console",
                "numpy",
                "highspy",
            ),
        ),
        (
            "import caisoproject.web, caisoproject.urls",
            ("numpy", "highspy", "scipy", "celery", "opentelemetry.sdk", "OpenSSL.SSL"),
        ),
    ],
)
@pytest.mark.process
def test_a_process_does_not_hold_what_only_others_need(process, unneeded) -> None:
    ask = f"import sys; {process}; print(*(set({unneeded}) & sys.modules.keys()))"
    environ = {**os.environ, "CELERY_SKIP_CHECKS": "true"}
    answer = subprocess.check_output(
        [sys.executable, "-c", ask], env=environ, text=True, timeout=120
    )
    assert answer.split() == []


def test_every_tick_expires_before_the_next_and_names_its_queue() -> None:
    for name, entry in BEAT_SCHEDULE.items():
        options = entry["options"]
        assert options["expires"] < entry["schedule"].total_seconds(), name
        assert options["queue"] in ("poll", "alerts", "backfill", "analysis")


def test_everything_on_the_schedule_is_a_task_under_its_name() -> None:
    workers.loader.import_default_modules()
    assert {entry["task"] for entry in BEAT_SCHEDULE.values()} <= workers.tasks.keys()
