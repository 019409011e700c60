"""`/api/v1/days`: from what is stored to the answer."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from market.intervals import day_intervals, intervals_between, midnight
from market.markets import Market
from tests.conftest import utc
from tests.published import NP15, published, store

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)
NOW = utc("2026-07-14 19:02:14")
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


def get(client: Client, query: str = "hub=SP15", at: datetime = NOW) -> dict[str, Any]:
    with time_machine.travel(at, tick=False):
        response = client.get(f"/api/v1/days?{query}")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def hours_of(day: date, lmp: str = "30") -> None:
    store([published(hour, lmp, Market.DAM) for hour in day_intervals(day, Market.DAM)], NOW)


def intervals_of(day: date, lmp: str, until: datetime | None = None) -> None:
    end = until or midnight(day + A_DAY)
    moments = intervals_between(midnight(day), end, Market.RTM)
    store([published(start, lmp) for start in moments], NOW)


@pytest.mark.database
def test_each_day_is_there_oldest_first_with_what_is_held_of_it(client: Client) -> None:
    hours_of(TODAY)
    intervals_of(TODAY - A_DAY, "40")
    intervals_of(TODAY, "45", until=utc("2026-07-14 19:05"))
    found = get(client, "hub=SP15&days=3")
    assert (found["hub"], found["node"], found["today"]) == (
        "SP15",
        "TH_SP15_GEN-APND",
        "2026-07-14",
    )
    days = found["days"]
    assert [day["date"] for day in days] == ["2026-07-12", "2026-07-13", "2026-07-14"]
    assert (days[0]["rt"], days[0]["da"], days[0]["da_beside"]) == (None, None, None)
    assert (days[1]["rt"]["whole"], days[1]["da_beside"]) == (True, None)
    assert days[2]["rt"] == {
        "held": 145,
        "expected": 288,
        "whole": False,
        "average": 45.0,
        "high": 45.0,
        "high_start": "2026-07-14T07:00:00Z",
        "low": 45.0,
        "low_start": "2026-07-14T07:00:00Z",
        "on_peak": 45.0,
        "off_peak": 45.0,
        "negative_minutes": 0,
        "tb2": 0.0,
        "tb4": 0.0,
    }
    assert (days[2]["da_beside"], days[2]["da"]["average"]) == (30.0, 30.0)
    assert found["rank"] == {
        "until": "2026-07-14T19:05:00Z",
        "rt_average": {"rank": 1, "of": 2},
        "da_average": None,
        "da_tb4": None,
    }


def test_tomorrow_is_the_last_day_once_any_of_it_is_published(client: Client) -> None:
    hours_of(TODAY)
    assert [day["date"] for day in get(client)["days"]][-1] == "2026-07-14"
    hours_of(TODAY + A_DAY, "50")
    days = get(client)["days"]
    assert (len(days), days[0]["date"], days[-1]["date"]) == (30, "2026-06-16", "2026-07-15")
    assert (days[-1]["rt"], days[-1]["da"]["average"]) == (None, 50.0)


def test_today_is_ranked_among_30_days_however_few_are_asked_for(client: Client) -> None:
    for back in range(33):
        hours_of(TODAY - back * A_DAY, str(100 + back))
    for days in (1, 92):
        assert get(client, f"days={days}")["rank"]["da_average"] == {"rank": 30, "of": 30}


def test_a_correction_is_in_the_next_answer(client: Client) -> None:
    intervals_of(TODAY - A_DAY, "40")
    intervals_of(TODAY, "45", until=utc("2026-07-14 19:05"))
    before = get(client, "days=1")
    assert before["rank"]["rt_average"]["rank"] == 1
    store([published(utc("2026-07-14 12:00"), "-1405")], NOW)
    after = get(client, "days=1")
    assert after["days"][0]["rt"]["average"] == 35.0  # 1450 less, of 145
    assert after["days"][0]["rt"]["low_start"] == "2026-07-14T12:00:00Z"
    assert after["days"][0]["rt"]["negative_minutes"] == 5
    assert after["rank"]["rt_average"]["rank"] == 2


def test_other_hubs_and_markets_count_for_nothing(client: Client) -> None:
    hours_of(TODAY)
    store([published(utc("2026-07-14 12:00"), "999", Market.DAM, NP15)], NOW)
    store([published(utc("2026-07-14 12:00"), "999", Market.RTPD)], NOW)
    [day] = get(client, "days=1")["days"]
    assert (day["da"]["high"], day["rt"]) == (30.0, None)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-07-14", 24)]
)
def test_a_day_has_as_many_hours_as_it_has(client: Client, day: str, hours: int) -> None:
    hours_of(date.fromisoformat(day))
    at = midnight(date.fromisoformat(day)) + 12 * HOUR
    [found] = get(client, "days=1", at)["days"]
    assert (found["date"], found["da"]["held"], found["da"]["expected"]) == (day, hours, hours)
    assert (found["da"]["whole"], found["da"]["on_peak"]) == (
        True,
        30.0 if hours == 24 else None,
    )


def test_it_takes_four_queries_however_many_days(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    intervals_of(TODAY, "45")
    for days in (1, 30, 92):
        with django_assert_num_queries(4):
            get(client, f"days={days}")


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("days=0", 400, "'0' days; there are 1 to 92 in one answer."),
        ("days=93", 400, "'93' days; there are 1 to 92 in one answer."),
        ("days=-1", 400, "'-1' days; there are 1 to 92 in one answer."),
        ("days=", 400, "'' days; there are 1 to 92 in one answer."),
        ("days=٣", 400, "'٣' days; there are 1 to 92 in one answer."),
        ("hub=XY", 404, "There is no hub 'XY'; there are NP15, SP15, ZP26."),
    ],
)
def test_what_there_is_not_is_said(client: Client, query: str, status: int, sentence: str) -> None:
    response = client.get(f"/api/v1/days?{query}")
    assert (response.status_code, response.json()["detail"]) == (status, sentence)
