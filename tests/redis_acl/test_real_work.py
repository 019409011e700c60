"""The program's own code under each user of Redis: nothing that it needs is refused."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
import redis
from celery import Celery
from django.core.management import call_command
from pytest_django import Settings
from redbeat.schedulers import acquire_distributed_beat_lock

from alerts.operations.facts import at_signs, redis_state
from battery import asking
from caisoproject.bare_redis import Connection
from caisoproject.beat import SteadyScheduler, place_the_lock
from caisoproject.broker import broker_client, refusal
from caisoproject.metrics import engines
from live import group
from live.group import Membership
from oasis.turns import Priority, Turns
from prices.models import Node
from prices.projection import forget_untracked, project
from prices.redis_client import redis_client
from telemetry import signs, tallies
from telemetry.redis_pipe import through
from tests.conftest import utc
from tests.published import published, store
from tests.redis_acl.conftest import PASSWORDS
from tests.redis_kinds.test_one_primary import broker_connection
from tests.redis_kinds.using import using

pytestmark = [
    pytest.mark.process,
    pytest.mark.xdist_group("redis-acl"),
    pytest.mark.django_db,
]
NOON = utc("2026-07-14 19:00")
SEEN = NOON + timedelta(minutes=1)
# Which version of the client package this is: it says so at each connection, and goes on.
UNHEARD = {"client|setinfo"}


class Seat:
    """The place of one process: its user, and what was refused to it."""

    def __init__(
        self, operator: redis.Redis, port: int, settings: Settings, patch: pytest.MonkeyPatch
    ) -> None:
        self.operator, self.port, self.settings, self.patch = operator, port, settings, patch

    @contextmanager
    def of(self, role: str) -> Iterator[str]:
        """Fails where anything was refused meanwhile."""
        password = PASSWORDS[role].replace(" ", "%20")
        url = f"redis://{role}:{password}@127.0.0.1:{self.port}/0"
        with using(url, self.settings, self.patch):
            yield url
        assert {entry["object"] for entry in self.operator.acl_log()} <= UNHEARD


@pytest.fixture
def seat(
    operator: redis.Redis, port: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Seat:
    return Seat(operator, port, settings, monkeypatch)


def says_and_counts(kind: str) -> None:
    """What telemetry says of every process."""
    run = through(redis_client())
    run([*signs.saying(kind, "1", {"bytes": 1.0}, now=1.0), *signs.ending(kind, "1")])
    run([("HINCRBY", tallies.KEY, "counter", 1), ("HINCRBYFLOAT", tallies.KEY, "sum", 0.5)])


def a_price_is_copied() -> None:
    store([published(NOON, "41.5")], SEEN)
    assert project(Node.objects.get(slug="sp15"), now=SEEN) == 1
    group.send([{"type": "publication"}])


def test_a_worker_fetches_copies_and_takes_tasks(seat: Seat) -> None:
    with seat.of("worker"):
        call_command("check_redis")
        a_price_is_copied()
        Node.objects.filter(slug="sp15").update(tracked=False)
        assert forget_untracked() == ["sp15"]
        turns = Turns(redis_client(), 0)
        with turns.turn(Priority.FIRST), turns.only_one("backfill"):
            assert turns.take(Priority.LAST) is None
        with broker_connection() as connection, connection.SimpleQueue("poll") as queue:
            queue.put({"task": "poll"})
            queue.get(timeout=5).ack()
        asking.wake()
        asking.ask_to_settle()
        assert redis_state(seat.settings.REDIS_URL)
        at_signs()


async def test_a_web_process_hears_the_group_asks_the_analyst_and_shows_figures(
    seat: Seat,
) -> None:
    with seat.of("web"):
        async with aclosing(Membership().batches()) as batches, asyncio.timeout(10):
            assert await anext(batches) == []
            await asyncio.to_thread(group.send, [{"type": "publication"}])
            assert await anext(batches) == [{"type": "publication"}]
        await asyncio.to_thread(asks_and_shows, seat)


def asks_and_shows(seat: Seat) -> None:
    with pytest.raises(asking.NoAnswer, match="did not answer within"):
        asking.ask_what_if(1, {}, timeout=0.05)
    asking.ask_backtest(7)
    found = {sample.name for role in engines.WAITING for sample in engines.of_redis(role)}
    assert {"caiso_redis_memory_used_bytes", "caiso_queue_length"} <= found
    assert redis_state(seat.settings.REDIS_URL)
    assert all(condition.reason for condition in at_signs())


def test_beat_keeps_its_schedule_its_lock_and_sends(seat: Seat) -> None:
    with seat.of("beat"):
        app = Celery("beat", fixups=[], set_as_current=False)
        app.on_after_configure.connect(place_the_lock)
        app.config_from_object("caisoproject.settings", namespace="CELERY")
        scheduler = SteadyScheduler(app)
        acquire_distributed_beat_lock(SimpleNamespace(scheduler=scheduler))
        scheduler.lock.extend(15)
        scheduler.pull_back()
        with broker_connection() as connection, connection.SimpleQueue("poll") as queue:
            queue.put({"task": "poll"})
        scheduler.lock.release()
        app.redbeat_redis.close()
        assert refusal(broker_client()) is None


def test_the_analyst_takes_what_it_is_asked_answers_and_publishes(seat: Seat) -> None:
    with seat.of("analyst") as url:
        asking.wake()
        waiter = Connection(url)
        assert waiter.ask("BLPOP", asking.QUICK, 1, wait_s=1)
        waiter.close()
        asking.reply("7", {"worth": 1})
        a_price_is_copied()


@pytest.mark.parametrize("role", ["web", "worker", "beat", "analyst"])
def test_each_says_that_it_lives_and_counts(seat: Seat, role: str) -> None:
    with seat.of(role):
        says_and_counts(signs.WEB)
