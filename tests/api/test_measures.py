"""`/api/v1/measures`: from what is stored to the answer."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from market.intervals import day_intervals, midnight
from market.markets import Market
from tests.conftest import utc
from tests.published import NP15, SP15, published, store

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)
NOW = utc("2026-07-14 19:02:14")
A_DAY = timedelta(days=1)


def get(client: Client, query: str = "hub=SP15", after_s: float = 0) -> dict[str, Any]:
    with time_machine.travel(NOW + timedelta(seconds=after_s), tick=False):
        response = client.get(f"/api/v1/measures?{query}")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def hold(market: Market, day: date, low: str = "30", high: str = "30", node: str = SP15) -> None:
    """A whole day, whose last eight hours are dear."""
    dear = midnight(day + A_DAY) - timedelta(hours=8)
    moments = day_intervals(day, market)
    store([published(at, high if at >= dear else low, market, node) for at in moments], NOW)


@pytest.mark.database
def test_each_market_has_its_measures_and_real_time_its_spread(client: Client) -> None:
    yesterday = TODAY - A_DAY
    hold(Market.DAM, yesterday, "20", "50")
    hold(Market.RTM, yesterday, "-10", "60")
    hold(Market.DAM, TODAY, "0", "999")
    found = get(client)
    assert (found["hub"], found["node"]) == ("SP15", "TH_SP15_GEN-APND")
    assert (found["first_date"], found["last_date"]) == ("2026-06-14", "2026-07-13")
    assert found["rt"] == {
        "days": 1,
        "hourly": {"tb1": 70.0, "tb2": 140.0, "tb4": 280.0, "tb4_usd_kw_month": 8.5225},
        "sorted_intervals": {"tb1": 70.0, "tb2": 140.0, "tb4": 280.0, "tb4_usd_kw_month": 8.5225},
        "volatility": found["rt"]["volatility"],
        "negative_hours": 16.0,
        "best_day": {"date": "2026-07-13", "tb4": 280.0},
        "worst_day": {"date": "2026-07-13", "tb4": 280.0},
        "worst_days": None,
    }
    assert (found["da"]["days"], found["da"]["hourly"]["tb4"], found["fmm"]) == (1, 120.0, None)
    spreads = found["rt_spread_by_hour"]
    assert [spread["hour"] for spread in spreads] == [*range(24)]
    assert spreads[0] == {"hour": 0, "days": 1, "mean": -30.0, "low": -30.0, "high": -30.0}
    assert (spreads[23]["mean"], found["fmm_spread_by_hour"]) == (10.0, [])


def test_the_worst_days_are_said_from_twenty_on(client: Client) -> None:
    for back in range(1, 21):
        hold(Market.DAM, TODAY - back * A_DAY, "0", str(back))
    worst = get(client)["da"]["worst_days"]
    assert worst == {"days": 1, "threshold_tb4": 7.8, "mean_tb4": 4.0}
    assert get(client, "days=19")["da"]["worst_days"] is None


def test_a_correction_is_in_the_next_answer(client: Client) -> None:
    hold(Market.DAM, TODAY - A_DAY)
    assert get(client)["da"]["negative_hours"] == 0.0
    store([published(midnight(TODAY - A_DAY), "-1", Market.DAM)], NOW)
    assert get(client)["da"]["negative_hours"] == 1.0


def test_other_hubs_count_for_nothing(client: Client) -> None:
    hold(Market.RTPD, TODAY - A_DAY, node=NP15)
    assert get(client)["fmm"] is None
    assert get(client, "hub=np15")["fmm"]["days"] == 1


def test_pages_that_ask_together_share_one_answer(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    hold(Market.DAM, TODAY - A_DAY)
    for days in (1, 30, 92):
        with django_assert_num_queries(5):  # the node, where its feed is, and three markets
            first = get(client, f"days={days}")
        with django_assert_num_queries(2):
            assert get(client, f"days={days}", 59) == first
    with django_assert_num_queries(5):
        get(client, after_s=60)


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("days=0", 400, "'0' days; there are 1 to 92 in one answer."),
        ("days=93", 400, "'93' days; there are 1 to 92 in one answer."),
        ("days=1e1", 400, "'1e1' days; there are 1 to 92 in one answer."),
        ("hub=XY", 404, "There is no hub 'XY'; there are NP15, SP15, ZP26."),
    ],
)
def test_what_there_is_not_is_said(client: Client, query: str, status: int, sentence: str) -> None:
    response = client.get(f"/api/v1/measures?{query}")
    assert (response.status_code, response.json()["detail"]) == (status, sentence)
