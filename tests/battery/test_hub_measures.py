"""Measures of some days, worked by hand, and from what is held."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from battery.hub_measures import HubMeasures, hub_measures
from battery.newest_measures import newest_measures
from market.intervals import day_intervals, midnight
from market.markets import Market
from prices.models import Node
from tests.published import published, store

TUESDAY = date(2026, 7, 14)
A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Held = Mapping[datetime, Decimal]


def day_of(day: date, market: Market, night: int, noon: int, *, less: int = 0) -> Held:
    """At one price, and from noon to four at another; the last `less` intervals are not held."""
    start = midnight(day) + 12 * HOUR
    moments = day_intervals(day, market)
    return {
        at: Decimal(noon if start <= at < start + 4 * HOUR else night)
        for at in moments[: len(moments) - less]
    }


def measured(*noons: int, less: int = 0) -> HubMeasures:
    """Day-ahead at 30 but for these noons; of real time the last interval of all is not held."""
    days = [TUESDAY + nth * A_DAY for nth in range(len(noons))]
    da = [day_of(day, Market.DAM, 30, noon) for day, noon in zip(days, noons, strict=True)]
    rt = [
        day_of(day, Market.RTM, 31, noon, less=less if day == days[-1] else 0)
        for day, noon in zip(days, noons, strict=True)
    ]
    return hub_measures(days, da, [{}] * len(days), rt)


def test_the_tbs_are_means_of_days_and_a_month_of_tb4() -> None:
    found = measured(130, 50).da
    assert found
    # 100 and 20 more for each of the dear hours
    assert found.hourly[:3] == (60, 120, 240)
    assert found.hourly.tb4_usd_kw_month == Decimal("7.30500")  # 240 a day, 30.4375 days, by kW
    assert found.sorted_intervals == found.hourly
    assert (found.best_day, found.worst_day) == ((TUESDAY, 400), (TUESDAY + A_DAY, 80))
    assert found.worst_days is None


def test_below_zero_and_volatility_are_of_all_whole_days() -> None:
    found = measured(-5, 30).da
    assert found
    assert found.negative_hours == 4
    # 47 changes, of which one is -35 and one 35: the root of 2 * 35 * 35 / 46
    assert found.volatility == Decimal("7.29800")


def test_a_day_that_lacks_an_interval_is_not_counted() -> None:
    found = measured(130, 50, less=1)
    assert (found.first_date, found.last_date) == (TUESDAY, TUESDAY + A_DAY)
    assert found.da
    assert found.rt
    assert (found.da.days, found.rt.days) == (2, 1)
    assert found.rt.worst_day.date == TUESDAY
    assert found.fmm is None
    assert measured(130, less=1).rt is None


def test_hours_count_for_the_spread_even_of_a_day_that_is_not_whole() -> None:
    found = measured(130, 50, less=1)
    assert found.rt_spread_by_hour[0] == (2, 1, 1, 1)
    assert found.rt_spread_by_hour[12] == (2, 0, 0, 0)
    assert found.rt_spread_by_hour[23].days == 1
    assert found.fmm_spread_by_hour == {}


def test_from_twenty_days_on_the_worst_of_them_are_said() -> None:
    few, enough = measured(*range(40, 59)).da, measured(*range(40, 60)).da
    assert few
    assert enough
    assert few.worst_days is None
    # TB4s are 40, 44 and so on; a twentieth of the way from the worst to the next
    assert enough.worst_days == (1, Decimal("43.80000"), 40)


@pytest.mark.django_db
@pytest.mark.parametrize(("today", "hours"), [("2026-03-09", 23), ("2026-11-02", 25)])
def test_days_that_are_over_are_read_with_as_many_hours_as_they_have(
    today: str, hours: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    day, node = date.fromisoformat(today), Node.objects.get(slug="sp15")
    now = midnight(day) + 12 * HOUR
    for one in (day - 2 * A_DAY, day - A_DAY, day):
        starts = day_intervals(one, Market.DAM)
        store([published(start, "-30", Market.DAM) for start in starts], now)
    with django_assert_num_queries(3):
        found = newest_measures(node, 2, now=now)
    assert (found.first_date, found.last_date) == (day - 2 * A_DAY, day - A_DAY)
    assert found.da
    assert (found.da.days, found.da.negative_hours) == (2, 24 + hours)
    assert found.rt is None
