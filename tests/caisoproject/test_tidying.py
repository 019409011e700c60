"""The tasks that tidy up: each a call of what the apps do, in one place."""

from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from alerts.models import Delivery, Method, Total
from caisoproject import tasks
from market.intervals import floor
from market.markets import Market
from prices.models import FeedEvent, Node
from tests.published import published, store

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def come(minutes_ago: int) -> None:
    now = timezone.now()
    store([published(floor(now - timedelta(minutes=minutes_ago), Market.RTM))], now)


def test_catching_up_tells_what_came_while_a_node_was_not_tracked(valkey: redis.Redis) -> None:
    sp15 = Node.objects.filter(slug="sp15")
    come(20)
    sp15.update(tracked=False)
    come(15)
    come(10)
    tasks.catch_up()
    tasks.tidy()
    assert not valkey.exists("caiso:sp15:stream", "caiso:sp15:current")
    sp15.update(tracked=True)
    tasks.catch_up()
    assert FeedEvent.objects.filter(kind="price").count() == 3
    assert valkey.xlen("caiso:sp15:stream") == 3
    assert valkey.zcard("caiso:sp15:rt:5min") == 3


def test_tidying_counts_what_is_finished_and_pruning_throws_it_away(valkey: redis.Redis) -> None:
    long_ago = timezone.now() - timedelta(days=1000)
    method = Method.objects.create(name="desk", address="a@example.org")
    Delivery.objects.create(
        method=method, kind="test", state="sent", created_at=long_ago, due_at=long_ago
    )
    tasks.tidy()
    assert Total.objects.get(name="delivered").count == 1
    tasks.prune()
    assert not Delivery.objects.exists()
