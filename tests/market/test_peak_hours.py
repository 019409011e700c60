from datetime import date, timedelta

import pytest

from market.intervals import day_intervals, pacific
from market.markets import Market
from market.peak_hours import holidays, on_peak
from tests.conftest import utc

NO_PEAK = None


@pytest.mark.parametrize(
    ("day", "bounds"),
    [
        ("2026-07-14", ("2026-07-14 13:00", "2026-07-15 05:00")),  # a Tuesday in summer
        ("2026-12-01", ("2026-12-01 14:00", "2026-12-02 06:00")),  # a Tuesday in winter
        ("2026-11-28", ("2026-11-28 14:00", "2026-11-29 06:00")),  # a Saturday
        ("2026-11-29", NO_PEAK),  # a Sunday
        ("2026-03-08", NO_PEAK),  # clocks go forward, on a Sunday as always
        ("2026-11-01", NO_PEAK),  # and back
        ("2026-03-07", ("2026-03-07 14:00", "2026-03-08 06:00")),
        ("2026-03-09", ("2026-03-09 13:00", "2026-03-10 05:00")),
        ("2026-07-04", NO_PEAK),  # Independence Day on a Saturday is kept on it
        ("2026-07-03", ("2026-07-03 13:00", "2026-07-04 05:00")),  # and not on the Friday
        ("2027-07-05", NO_PEAK),  # that of 2027, a Sunday, is kept on the Monday
        ("2026-11-27", ("2026-11-27 14:00", "2026-11-28 06:00")),  # the day after Thanksgiving
        ("2026-10-12", ("2026-10-12 13:00", "2026-10-13 05:00")),  # no holiday of NERC's
    ],
)
def test_the_hours_ending_7_to_22_are_on_peak_but_not_on_sundays_and_holidays(
    day: str, bounds: tuple[str, str] | None
) -> None:
    assert on_peak(date.fromisoformat(day)) == (bounds and (utc(bounds[0]), utc(bounds[1])))


@pytest.mark.parametrize(
    ("year", "days"),
    [
        # As NERC lists them under "Additional Off-peak Days".
        (2022, "01-01 05-30 07-04 09-05 11-24 12-26"),
        (2023, "01-02 05-29 07-04 09-04 11-23 12-25"),
        (2024, "01-01 05-27 07-04 09-02 11-28 12-25"),
        (2025, "01-01 05-26 07-04 09-01 11-27 12-25"),
        (2026, "01-01 05-25 07-04 09-07 11-26 12-25"),
        (2027, "01-01 05-31 07-05 09-06 11-25 12-25"),
    ],
)
def test_six_holidays_have_no_on_peak_hours(year: int, days: str) -> None:
    assert holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in days.split()}


def test_every_day_of_ten_years_agrees_with_the_rule_hour_by_hour() -> None:
    for nth in range(0, 3653):
        day = date(2020, 1, 1) + timedelta(days=nth)
        is_peak_day = day.isoweekday() != 7 and day not in holidays(day.year)
        bounds = on_peak(day)
        for hour in day_intervals(day, Market.DAM):
            ending = pacific(hour).hour + 1
            expected = is_peak_day and 7 <= ending <= 22
            assert expected is (bounds is not None and bounds[0] <= hour < bounds[1]), hour
