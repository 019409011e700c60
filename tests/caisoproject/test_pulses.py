"""Each kind of process says that it lives, and adds what it counted."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from celery import signals
from redbeat.schedulers import acquire_distributed_beat_lock

from caisoproject import pulses, task_tallies, tasks
from caisoproject.asgi import application
from caisoproject.beat import SteadyScheduler, app
from telemetry import signs, tallies
from telemetry.redis_pipe import through


@pytest.fixture(autouse=True)
def new_pulses() -> Any:
    """Pulses that have not beaten yet."""
    assert task_tallies.running == {}
    made = (pulses.of_beat, pulses.of_worker, pulses.of_tasks, pulses.of_web)
    for one in made:
        one.cache_clear()
    yield
    for one in made:
        one.cache_clear()


def counted(valkey: redis.Redis) -> dict[tuple[str, ...], float]:
    return {(name, *values): total for name, values, total in tallies.read(through(valkey))}


class Worker:
    """A worker's main process, and its heart, as signals name them."""

    def __init__(self, hostname: str) -> None:
        self.hostname, self.eventer = hostname, self


def heartbeat(hostname: str) -> None:
    signals.heartbeat_sent.send(sender=Worker(hostname))


@pytest.mark.parametrize(
    ("hostname", "kind"), [("poller@a", "poller"), ("worker@b", "worker"), ("else@c", "worker")]
)
def test_a_worker_lives_as_long_as_its_loop_turns(
    hostname: str, kind: str, valkey: redis.Redis
) -> None:
    heartbeat(hostname)
    alive = signs.read(through(valkey))[kind].alive
    assert alive[hostname]["caiso_process_resident_memory_bytes"] > 1_000_000
    assert alive[hostname]["caiso_disk_free_bytes"] > 0
    signals.worker_shutdown.send(sender=Worker(hostname))
    assert signs.read(through(valkey))[kind].alive == {}


@pytest.mark.django_db
def test_a_task_is_counted_where_it_ran_and_how_it_ended(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    tallies.TALLIES_HERE.taken()
    tasks.wake_analyst.apply()
    monkeypatch.setattr("caisoproject.tasks.due.advice_is_due", lambda now: 1 / 0)
    tasks.wake_analyst.apply()
    signals.worker_process_shutdown.send(sender="worker@a", pid=1, exitcode=0)
    found = counted(valkey)
    name = "caisoproject.tasks.wake_analyst"
    assert found["caiso_tasks", name, "done"] == found["caiso_tasks", name, "failed"] == 1
    took = "caiso_task_duration_seconds:bucket"
    assert sum(count for key, count in found.items() if key[:2] == (took, name)) == 2


def test_a_task_whose_process_was_killed_or_that_expired_is_counted_around_it(
    valkey: redis.Redis,
) -> None:
    tallies.TALLIES_HERE.taken()
    signals.task_failure.send(sender=tasks.catch_up, task_id="killed")
    signals.task_revoked.send(sender=tasks.catch_up, request=None, expired=True)
    heartbeat("worker@a")
    name = "caisoproject.tasks.catch_up"
    assert counted(valkey) == {
        ("caiso_tasks", name, "failed"): 1,
        ("caiso_tasks", name, "expired"): 1,
    }


def test_beat_lives_as_long_as_it_ticks(valkey: redis.Redis) -> None:
    scheduler = SteadyScheduler(app)
    acquire_distributed_beat_lock(SimpleNamespace(scheduler=scheduler))
    scheduler.tick()
    assert len(signs.read(through(valkey))["beat"].alive) == 1
    scheduler.close()
    assert signs.read(through(valkey))["beat"].alive == {}


async def test_a_web_process_lives_from_its_servers_first_word_to_the_last(
    valkey: redis.Redis,
) -> None:
    server = ApplicationCommunicator(application, {"type": "lifespan"})
    await server.send_input({"type": "lifespan.startup"})
    assert await server.receive_output() == {"type": "lifespan.startup.complete"}
    async with asyncio.timeout(20):
        while not (alive := await asyncio.to_thread(signs.read, through(valkey)))["web"].alive:
            await asyncio.sleep(0.01)
    (said,) = alive["web"].alive.values()
    assert said["caiso_feed_readers|socket"] == 0
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output() == {"type": "lifespan.shutdown.complete"}
    assert signs.read(through(valkey))["web"].alive == {}
