"""The seven faults of a naive build, each on the whole path: OASIS over HTTP to what is served."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.test import Client

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Rule
from caisoproject.publishing import publish
from market.intervals import NaiveTime, aware, from_iso
from market.markets import Market
from prices import polling
from prices.models import FeedEvent, FetchRun, Node, Price
from simulator.operating_dates import slots_between
from simulator.publication import Timetable
from simulator.reports import Market as SimulatedMarket
from simulator.server import Running
from tests.conftest import utc
from tests.published import SP15

pytestmark = [pytest.mark.long, pytest.mark.django_db]
EVENING = utc("2026-07-15 00:32:30")  # 17:32 on the 14th in California; the 15th in UTC


@pytest.fixture(autouse=True)
def steady(oasis: Running, valkey: redis.Redis) -> None:
    """Nothing missing, nothing revised, but what a test revises."""
    oasis.stand_in.board.timetable = Timetable(missing_rate=0, revision_rate=0)
    Rule.objects.update(judges_from=EVENING - timedelta(days=1))


def poll(market: Market, at: datetime = EVENING) -> None:
    """A poll and what follows it, as the task does."""
    with time_machine.travel(at):
        publish(polling.poll(market, now=at).feed_ranges)
        publish(evaluate(now=at))


def get(client: Client, address: str, at: datetime = EVENING) -> dict[str, Any]:
    with time_machine.travel(at):
        answer: dict[str, Any] = client.get(address).json()
    return answer


@pytest.mark.database
def test_1_the_day_ahead_price_shown_is_that_of_this_hour(
    client: Client, valkey: redis.Redis
) -> None:
    poll(Market.DAM)
    hour = Price.objects.get(node__slug="sp15", interval_start=utc("2026-07-15 00:00"))
    assert Price.objects.filter(interval_start__gt=hour.interval_start).exists()
    assert get(client, "/api/current")["da_price"] == float(hour.lmp)
    assert valkey.hget("caiso:sp15:current", "da_timestamp") == "2026-07-15T00:00:00Z"


def test_2_tomorrow_is_californias_and_not_utcs(client: Client) -> None:
    poll(Market.DAM)
    prices = get(client, "/api/history/24?market=DAM")["prices"]
    assert prices[-1]["interval_end"] == "2026-07-16T07:00:00Z"


def test_3_a_timestamp_without_a_zone_is_refused_wherever_it_comes_from() -> None:
    for naive in (lambda: aware(datetime(2026, 7, 14, 12)), lambda: from_iso("2026-07-14T12:00")):  # noqa: DTZ001
        with pytest.raises(NaiveTime, match="has no time zone"):
            naive()


def test_4_every_row_of_an_answer_is_stored_not_only_the_newest() -> None:
    poll(Market.RTM)
    assert Price.objects.filter(node__slug="sp15", market="RTM").count() == 576


def test_5_an_interval_is_announced_and_alerted_once(oasis: Running) -> None:
    newest = utc("2026-07-15 00:30")
    poll(Market.RTM, EVENING - timedelta(minutes=5))
    oasis.override(SP15, "RTM", newest, "512.5")
    oasis.override(SP15, "RTM", newest + timedelta(minutes=5), "498")
    for seconds in (0, 21, 42, 300, 321):
        poll(Market.RTM, EVENING + timedelta(seconds=seconds))
    announced = FeedEvent.objects.filter(
        node__slug="sp15", kind="price", body__interval_start="2026-07-15T00:30:00Z"
    )
    assert announced.count() == 1
    assert Alert.objects.filter(interval_start=newest).count() == 1
    assert Alert.objects.filter(interval_start=newest + timedelta(minutes=5)).count() == 0


@pytest.mark.database
def test_6_a_corrected_price_replaces_its_point(
    client: Client, oasis: Running, valkey: redis.Redis
) -> None:
    start = utc("2026-07-15 00:30")
    poll(Market.RTM)
    before = valkey.zcard("caiso:sp15:rt:5min")
    oasis.override(SP15, "RTM", start, "33.25")
    with time_machine.travel(EVENING + timedelta(hours=1)):
        nodes = list(Node.objects.tracked())
        end = start + Market.RTM.interval
        again = polling.ask(Market.RTM, nodes, start, end, FetchRun.BACKFILL, now=EVENING)
        publish(again.feed_ranges)
    score = start.timestamp()
    assert valkey.zrangebyscore("caiso:sp15:rt:5min", score, score) == [
        "2026-07-15T00:30:00Z:33.25000"
    ]
    assert valkey.zcard("caiso:sp15:rt:5min") == before
    prices = get(client, "/api/history/2")["prices"]
    assert [p["quality"] for p in prices if p["interval_start"] == "2026-07-15T00:30:00Z"] == [
        "corrected"
    ]


@pytest.mark.database
@pytest.mark.parametrize("market", list(Market))
def test_7_the_window_does_not_cut_off_the_last_interval(oasis: Running, market: Market) -> None:
    poll(market)
    newest = Price.objects.filter(market=market.value).order_by("interval_start").last()
    board = oasis.stand_in.board
    assert newest is not None
    after = newest.interval_end.timestamp()
    simulated = SimulatedMarket(market.value)
    [slot] = slots_between(after, after + simulated.seconds, simulated.seconds)
    assert not board.is_published(simulated, slot, now=EVENING.timestamp() + 1)
