"""What is known at a moment: day-ahead prices from 13:00 on, on days of 23 and 25 hours too."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from battery.history import HOUR_S
from battery.outlook import assumed, known_until, learned_before, outlook, steps_from
from battery.policy import Parameters
from market.intervals import PACIFIC, midnight
from tests.battery.past import QUICK, past

AUTUMN, SPRING = date(2026, 11, 1), date(2026, 3, 8)
ONE_DAY = timedelta(days=1)


def pacific_time(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PACIFIC)


@pytest.mark.parametrize("day", [date(2026, 7, 1), AUTUMN, SPRING, AUTUMN - ONE_DAY])
def test_tomorrow_s_day_ahead_prices_are_out_at_13_on_the_pacific_clock(day):
    assert known_until(pacific_time(day, 0)) == midnight(day + ONE_DAY)
    assert known_until(pacific_time(day, 12, 59)) == midnight(day + ONE_DAY)
    assert known_until(pacific_time(day, 13)) == midnight(day + 2 * ONE_DAY)
    assert known_until(pacific_time(day, 23, 59)) == midnight(day + 2 * ONE_DAY)


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
def test_a_table_has_the_prices_of_its_own_hours(day):
    history = past(day - 2 * ONE_DAY, day + 2 * ONE_DAY)
    first = history.interval_of(pacific_time(day, 0)) + 2
    moment = history.moment(first)
    table = outlook(
        history,
        first,
        learned_before(history, first, QUICK),  # of too few days: the day-ahead price as it is
        QUICK,
        known=known_until(moment),
        issued_at=moment,
    )
    assert table.hours.tolist() == [0.25] * 2 + [1.0] * 24
    assert np.diff(table.starts).tolist() == [900, 900] + [3600] * 23
    places = (table.starts - history.start_s) // HOUR_S
    known = places < history.hour_of(known_until(moment))
    assert known.sum() == {AUTUMN: 26, SPRING: 24}[day]
    assert table.prices[known, 0].tolist() == history.day_ahead[places[known]].tolist()


def test_an_hour_without_a_day_ahead_price_has_the_one_of_the_last_day_that_has_it():
    day_ahead = np.arange(24.0 * 5)
    places = np.array([47, 48, 50, 71, 72, 100])
    assert assumed(day_ahead, places, known=48).tolist() == [47, 24, 26, 47, 24, 28]
    day_ahead[26] = np.nan
    assert assumed(day_ahead, places, known=48).tolist() == [47, 24, 2, 47, 24, 28]
    assert np.isnan(assumed(np.full(200, np.nan), places, known=300)).all()


def test_steps_are_intervals_to_the_end_of_the_hour_and_then_hours():
    history = past(AUTUMN, AUTUMN)
    starts, hours = steps_from(history, 6, 3)
    assert ((starts - history.start_s) / 900).tolist() == [6, 7, 8, 12, 16]
    assert hours.tolist() == [0.25, 0.25, 1, 1, 1]


def test_what_is_learned_of_too_few_days_is_not_used():
    history = past(AUTUMN - 10 * ONE_DAY, AUTUMN)
    first = history.day(AUTUMN).start
    assert not learned_before(history, first, Parameters(least_days=11)).middles.any()
    assert learned_before(history, first, Parameters(least_days=9)).middles.any()
