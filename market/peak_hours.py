"""On-peak and off-peak hours, as electricity is traded in the West.

On-peak are the hours ending 7 to 22 by the Pacific clock, Monday to Saturday, except on NERC's
six holidays; everything else is off-peak. A holiday that falls on a Sunday is kept on the Monday
after it, one that falls on a Saturday on that Saturday. Source: NERC, "Additional Off-peak Days",
and the WECC's definition of heavy and light load hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from market.intervals import PACIFIC

FIRST, LAST_ENDS = time(6), time(22)  # hour ending 7 begins at 6
MONDAY, THURSDAY, SUNDAY = 0, 3, 6
A_DAY = timedelta(days=1)


def on_peak(day: date) -> tuple[datetime, datetime] | None:
    """[start, end) of the on-peak hours of an operating date, in UTC; None if it has none."""
    if day.weekday() == SUNDAY or day in holidays(day.year):
        return None
    start, end = (datetime.combine(day, clock, PACIFIC) for clock in (FIRST, LAST_ENDS))
    return start.astimezone(UTC), end.astimezone(UTC)


@cache
def holidays(year: int) -> frozenset[date]:
    """The days of a year on which NERC's holidays are kept."""
    return frozenset(
        (
            kept(date(year, 1, 1)),
            first_weekday(date(year, 5, 25), MONDAY),  # Memorial Day, the last Monday of May
            kept(date(year, 7, 4)),
            first_weekday(date(year, 9, 1), MONDAY),  # Labor Day, the first Monday of September
            first_weekday(date(year, 11, 22), THURSDAY),  # Thanksgiving, the fourth Thursday
            kept(date(year, 12, 25)),
        )
    )


def kept(holiday: date) -> date:
    """The day on which a holiday with a fixed date is kept."""
    return holiday + A_DAY if holiday.weekday() == SUNDAY else holiday


def first_weekday(earliest: date, weekday: int) -> date:
    """The first such weekday on or after a date."""
    return earliest + A_DAY * ((weekday - earliest.weekday()) % 7)
