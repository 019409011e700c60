"""When the process that calculates for batteries is woken."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.utils import timezone

from battery.models import Backtest, Battery
from caisoproject import tasks
from market.intervals import floor
from market.markets import Market
from prices.ingest import Ingested
from prices.models import Node
from tests.published import NP15, SP15, published, store

pytestmark = pytest.mark.django_db
QUICK, SLOW = "caiso:analyst:quick", "caiso:analyst:slow"


def brought(node: str) -> Callable[[], Ingested]:
    """A request that brings one new price."""
    now = timezone.now()
    recorded = store([published(floor(now, Market.RTM), node=node)], now)
    return lambda: Ingested(feed_ranges=recorded.feed_ranges)


def waiting(valkey: redis.Redis, key: str) -> Any:
    return valkey.lrange(key, 0, -1)


def test_a_new_price_at_a_battery_s_node_wakes_the_analyst(valkey: redis.Redis) -> None:
    tasks.ask(brought(NP15))
    assert waiting(valkey, QUICK) == []
    tasks.ask(brought(SP15))
    assert waiting(valkey, QUICK) == ['{"do": "advise"}']


def test_a_battery_at_rest_wakes_nobody(valkey: redis.Redis) -> None:
    Battery.objects.update(active=False)
    tasks.ask(brought(SP15))
    tasks.wake_analyst()
    assert valkey.keys("caiso:analyst:*") == []


@pytest.fixture
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that is away."""
    client = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
    monkeypatch.setattr("battery.asking.redis_client", lambda: client)
    yield
    client.close()


def test_a_poll_does_not_fail_where_nobody_can_be_woken(
    valkey: redis.Redis, nobody_there: None
) -> None:
    tasks.ask(brought(SP15))
    tasks.wake_analyst()
    assert valkey.hget("caiso:sp15:current", "seq") == "1"


def test_every_ten_seconds_the_analyst_is_woken_for_what_is_due(valkey: redis.Redis) -> None:
    brought(SP15)()
    battery = Battery.objects.get()
    Battery.objects.update(made_at=timezone.now() - timedelta(days=2))
    now = timezone.now()
    store([published(floor(now, Market.RTM))], now)
    today = now.date()
    backtest = Backtest.objects.create(
        battery=battery, start=today, end=today, market="RTM", policies=[]
    )
    for _ in range(2):
        tasks.wake_analyst()
    assert waiting(valkey, QUICK) == ['{"do": "advise"}']
    assert waiting(valkey, SLOW) == [
        '{"do": "settle"}',
        f'{{"do": "backtest", "id": {backtest.pk}}}',
    ]
    Node.objects.update(tracked=False)
    Backtest.objects.all().delete()
    valkey.delete(QUICK, SLOW)
    tasks.wake_analyst()
    assert waiting(valkey, QUICK) == waiting(valkey, SLOW) == []


def test_before_a_price_usually_comes_the_analyst_prepares(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = floor(timezone.now(), Market.RTM)
    store([published(start - Market.RTM.interval)], start)
    for seconds, asked in ((10, ['{"do": "prepare"}']), (150, []), (285, ['{"do": "advise"}'])):
        valkey.delete(QUICK)
        clock = SimpleNamespace(now=lambda s=seconds: start + timedelta(seconds=s))
        monkeypatch.setattr(tasks, "timezone", clock)
        tasks.wake_analyst()
        assert waiting(valkey, QUICK) == asked
