"""Market time: operating dates of 23, 24 and 25 hours, and the intervals in them."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.intervals import (
    NaiveTime,
    aware,
    ceiling,
    day_bounds,
    day_intervals,
    floor,
    from_iso,
    hour_ending,
    intervals_between,
    iso,
    midnight,
    operating_date,
    pacific,
)
from market.markets import Market
from tests.conftest import utc
from tests.oasis.rendered import MOMENTS

HOUR = timedelta(hours=1)
DAYS = [date(2009, 4, 1) + timedelta(days=n) for n in range(11_598)]  # until 2040-12-31
CLOCK_CHANGES = {  # second Sunday of March, first Sunday of November
    2025: (date(2025, 3, 9), date(2025, 11, 2)),
    2026: (date(2026, 3, 8), date(2026, 11, 1)),
    2027: (date(2027, 3, 14), date(2027, 11, 7)),
}


def test_operating_dates_follow_each_other_without_gap_or_overlap_from_2009_to_2040() -> None:
    bounds = [day_bounds(day) for day in DAYS]
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
    assert DAYS[-1] == date(2040, 12, 31)


def test_two_days_a_year_have_23_or_25_hours_and_all_others_24() -> None:
    odd: dict[int, list[int]] = {}
    for day in DAYS:
        start, end = day_bounds(day)
        hours = (end - start) / HOUR
        if hours != 24:
            odd.setdefault(day.year, []).append(int(hours))
            assert day.weekday() == 6
    assert odd == {2009: [25], **{year: [23, 25] for year in range(2010, 2041)}}


@pytest.mark.parametrize("year", CLOCK_CHANGES)
def test_the_days_with_23_and_25_hours_are_those_of_the_clock_changes(year: int) -> None:
    odd = [day for day in DAYS if day.year == year and len(day_intervals(day, Market.DAM)) != 24]
    assert tuple(odd) == CLOCK_CHANGES[year]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 7), 24),
        (date(2026, 3, 8), 23),
        (date(2026, 3, 9), 24),
        (date(2026, 10, 31), 24),
        (date(2026, 11, 1), 25),
        (date(2026, 11, 2), 24),
    ],
)
@pytest.mark.parametrize(("market", "an_hour"), [("DAM", 1), ("RTPD", 4), ("RTM", 12)])
def test_a_day_has_as_many_intervals_as_it_has_hours(
    day: date, hours: int, market: str, an_hour: int
) -> None:
    starts = day_intervals(day, Market(market))
    assert len(starts) == hours * an_hour
    assert starts[0] == midnight(day)
    assert starts[-1] + Market(market).interval == midnight(day + timedelta(days=1))
    assert {operating_date(start) for start in starts} == {day}


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 1, 15), "2026-01-15 08:00"),
        (date(2026, 3, 8), "2026-03-08 08:00"),
        (date(2026, 3, 9), "2026-03-09 07:00"),
        (date(2026, 7, 1), "2026-07-01 07:00"),
        (date(2026, 11, 1), "2026-11-01 07:00"),
        (date(2026, 11, 2), "2026-11-02 08:00"),
    ],
)
def test_a_day_begins_at_pacific_midnight(day: date, start: str) -> None:
    assert midnight(day) == utc(start)
    assert midnight(day).tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-24 01:00", date(2026, 11, 23)),  # in UTC already tomorrow
        ("2026-11-24 07:59", date(2026, 11, 23)),
        ("2026-11-24 08:00", date(2026, 11, 24)),
        ("2026-07-01 06:59", date(2026, 6, 30)),
        ("2026-07-01 07:00", date(2026, 7, 1)),
        ("2026-11-02 07:59", date(2026, 11, 1)),
        ("2026-03-09 06:59", date(2026, 3, 8)),
    ],
)
def test_the_operating_date_is_that_of_california(moment: str, day: date) -> None:
    assert operating_date(utc(moment)) == day


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        ("2026-11-24 08:00", 1),
        ("2026-11-24 08:59", 1),
        ("2026-11-24 09:00", 2),
        ("2026-11-25 07:59", 24),
        ("2026-03-08 09:59", 2),  # 01:59, then clocks show 03:00
        ("2026-03-08 10:00", 3),
        ("2026-03-09 06:59", 23),
        ("2026-11-01 08:30", 2),  # the first 01:30
        ("2026-11-01 09:30", 3),  # the second
        ("2026-11-02 07:59", 25),
    ],
)
def test_hours_ending_count_hours_as_they_pass(moment: str, hour: int) -> None:
    assert hour_ending(utc(moment)) == hour


@pytest.mark.parametrize(
    ("market", "moment", "before", "after"),
    [
        ("DAM", "2026-11-24 01:00:00", "2026-11-24 01:00", "2026-11-24 01:00"),
        ("DAM", "2026-11-24 01:59:59", "2026-11-24 01:00", "2026-11-24 02:00"),
        ("RTPD", "2026-11-24 01:14:59", "2026-11-24 01:00", "2026-11-24 01:15"),
        ("RTM", "2026-11-24 23:59:59", "2026-11-24 23:55", "2026-11-25 00:00"),
        ("RTM", "2026-11-01 09:02:00", "2026-11-01 09:00", "2026-11-01 09:05"),
        ("RTM", "1969-12-31 23:58:00", "1969-12-31 23:55", "1970-01-01 00:00"),
    ],
)
def test_a_moment_lies_between_two_interval_starts(
    market: str, moment: str, before: str, after: str
) -> None:
    assert floor(utc(moment), Market(market)) == utc(before)
    assert ceiling(utc(moment), Market(market)) == utc(after)


@given(MOMENTS, st.sampled_from(Market))
@settings(max_examples=100)
def test_floor_and_ceiling_enclose_every_moment(moment: datetime, market: Market) -> None:
    low, high = floor(moment, market), ceiling(moment, market)
    assert low <= moment <= high
    assert high - low == (timedelta(0) if low == moment else market.interval)
    assert low in day_intervals(operating_date(moment), market)


def test_a_window_includes_its_start_but_not_its_end() -> None:
    found = list(intervals_between(utc("2026-11-24 01:00"), utc("2026-11-24 01:10"), Market.RTM))
    assert found == [utc("2026-11-24 01:00"), utc("2026-11-24 01:05")]
    late = list(intervals_between(utc("2026-11-24 01:01"), utc("2026-11-24 01:10"), Market.RTM))
    assert late == [utc("2026-11-24 01:05")]
    assert list(intervals_between(found[0], found[0], Market.RTM)) == []


@pytest.mark.parametrize(
    "asked",
    [
        aware,
        operating_date,
        hour_ending,
        pacific,
        iso,
        lambda moment: floor(moment, Market.RTM),
        lambda moment: ceiling(moment, Market.RTM),
    ],
)
def test_a_moment_without_a_zone_is_refused(asked: Callable[[datetime], object]) -> None:
    with pytest.raises(NaiveTime, match="2026-11-24T01:00:00 has no time zone"):
        asked(datetime(2026, 11, 24, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "moment", "written"),
    [
        ("2026-11-24T01:00:00Z", "2026-11-24 01:00", "2026-11-24T01:00:00Z"),
        ("2026-11-24T01:00:00-00:00", "2026-11-24 01:00", "2026-11-24T01:00:00Z"),
        ("2026-11-01T01:30:00-07:00", "2026-11-01 08:30", "2026-11-01T08:30:00Z"),
        ("2026-11-01T01:30:00-08:00", "2026-11-01 09:30", "2026-11-01T09:30:00Z"),
        ("2026-11-24T01:00:00.764Z", "2026-11-24 01:00:00.764", "2026-11-24T01:00:00.764Z"),
    ],
)
def test_timestamps_are_read_in_any_zone_and_written_with_a_z(
    text: str, moment: str, written: str
) -> None:
    assert from_iso(text) == utc(moment)
    assert iso(from_iso(text)) == written


@pytest.mark.parametrize("text", ["2026-11-24T01:00:00", "2026-11-24"])
def test_a_timestamp_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(NaiveTime):
        from_iso(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-24T25:00:00Z"])
def test_text_that_is_not_a_timestamp_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_iso(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_timestamp_beyond_the_years_1_to_9999_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="out of range"):
        from_iso(text)


@given(MOMENTS, st.integers(-12, 14))
@settings(max_examples=100)
def test_a_moment_that_is_written_and_read_again_is_the_same(moment: datetime, hours: int) -> None:
    abroad = moment.astimezone(timezone(timedelta(hours=hours)))
    assert from_iso(iso(abroad)) == moment


def test_a_market_run_has_its_interval_report_and_label() -> None:
    known = {
        market.value: (market.interval / timedelta(minutes=1), market.report, market.label)
        for market in Market
    }
    assert known == {
        "DAM": (60, "PRC_LMP", "DA"),
        "RTPD": (15, "PRC_RTPD_LMP", "FMM"),
        "RTM": (5, "PRC_INTVL_LMP", "RT"),
    }


@pytest.mark.process
def test_market_time_does_not_need_the_systems_time_zones() -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_ZONES],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (result.stdout, result.stderr) == ("() 25\n", "")


WITHOUT_ZONES = """
import zoneinfo
from datetime import date
from market.intervals import midnight
first, next = midnight(date(2026, 11, 1)), midnight(date(2026, 11, 2))
print(zoneinfo.TZPATH, int((next - first).total_seconds() // 3600))
"""
