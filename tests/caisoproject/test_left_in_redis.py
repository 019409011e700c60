"""What Redis holds of a node that is no longer followed, was renamed or deleted: nothing, anywhere.

Everything that writes to Redis has been at work on it, and every key of every database is read.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from alerts.models import Rule
from battery import asking
from caisoproject import tasks
from caisoproject.celery import app
from live.broadcast import announce, messages_of
from market.intervals import floor
from market.markets import Market
from oasis.turns import Priority, Turns
from prices import tasks as prices_tasks
from prices.models import FeedEvent, Gap, Node, Price, PriceRevision, Standing
from simulator.server import Running
from tests.battery.advised import battery
from tests.published import NP15, published, store

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
OUR_NAMES = ("np15", NP15.lower())
READ: dict[str, Callable[[redis.Redis, str], Any]] = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: client.smembers(key),
    "zset": lambda client, key: client.zrange(key, 0, -1),
    "stream": lambda client, key: client.xrange(key),
}


def everything(client: redis.Redis) -> Iterator[tuple[str, str]]:
    """Each key of each database, with all that it holds."""
    for number in range(16):
        known = client.connection_pool.connection_kwargs | {"db": number}
        with redis.Redis(connection_pool=redis.ConnectionPool(**known)) as database:
            for key in database.scan_iter(count=1000):
                yield key, repr(READ[str(database.type(key))](database, key))
            database.connection_pool.disconnect()


def named(client: redis.Redis) -> set[str]:
    """The keys that are of the node, or speak of it."""
    return {
        key
        for key, held in everything(client)
        if any(name in f"{key} {held}".lower() for name in OUR_NAMES)
    }


def everybody_works(oasis: Running) -> Node:
    """Prices, a correction, an alert, advice to come, turns, queues: all that there is."""
    np15, now = Node.objects.get(slug="np15"), timezone.now()
    Node.objects.exclude(pk=np15.pk).update(tracked=False)
    Rule.objects.create(node=np15, limit=1, judges_from=now - timedelta(days=1))
    start = floor(now, Market.RTM)
    battery("np15")
    for lmp in ("500", "400"):
        recorded = store([published(start, lmp, node=NP15)], now)
        for feed_range in recorded.feed_ranges:
            announce(messages_of(feed_range, np15))
    tasks.poll("RTM")
    tasks.catch_up()
    tasks.wake_analyst()
    asking.ask_backtest(1)
    Turns(asking.redis_client(), 6).take(Priority.IF_FREE)
    with app.connection_for_write() as broker:
        app.send_task("prices.tasks.tidy", queue="analysis", connection=broker)
    assert FeedEvent.objects.filter(node=np15, kind="alert").exists()
    return np15


@pytest.fixture
def np15(oasis: Running, valkey: redis.Redis) -> Node:
    node = everybody_works(oasis)
    assert {key.rpartition(":")[0] for key in named(valkey)} >= {"caiso:np15", "caiso:np15:rt"}
    return node


def untracked(node: Node) -> None:
    node.tracked = False
    node.save()


def renamed(node: Node) -> None:
    """Its new name is another one, and so is its OASIS name."""
    node.slug, node.oasis_name = "other", "OTHER"
    node.save()


def deleted(node: Node) -> None:
    """With all that keeps it from being deleted."""
    for rule in node.rule_set.all():
        rule.alert_set.all().delete()
        rule.delete()
    node.battery_set.all().delete()
    for model in (Price, PriceRevision, FeedEvent, Gap, Standing):
        model._base_manager.filter(node=node).delete()
    node.delete()


@pytest.mark.parametrize("left", [untracked, renamed, deleted])
def test_after_tidying_no_key_in_redis_speaks_of_a_node_that_is_gone(
    left: Callable[[Node], None], np15: Node, valkey: redis.Redis
) -> None:
    left(np15)
    prices_tasks.tidy()
    assert named(valkey) == set()
    tasks.wake_analyst()
    assert named(valkey) == set()


def test_what_a_worker_wrote_that_read_the_node_before_is_gone_with_the_next_tidying(
    np15: Node, valkey: redis.Redis
) -> None:
    before = list(Node.objects.tracked())
    untracked(np15)
    prices_tasks.tidy()
    tasks.project_each(before)
    assert named(valkey)
    prices_tasks.tidy()
    assert named(valkey) == set()
