"""Gaps: which intervals are missing, and when to stop asking."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.intervals import day_bounds, day_intervals
from market.markets import Market
from prices.gap_ranges import (
    FIRST_WAIT,
    GIVE_UP_AFTER,
    GIVE_UP_ASKED,
    LONGEST_WAIT,
    Range,
    between,
    hopeless,
    missing,
    ranges,
    wait,
)
from tests.conftest import utc

START = utc("2026-11-24 01:00")
FIVE = timedelta(minutes=5)


def at(step: int) -> datetime:
    """The start of the interval `step` five-minute intervals after the first."""
    return START + step * FIVE


@pytest.mark.parametrize(
    ("held", "gaps"),
    [
        ([0, 1, 2, 3, 4, 5], []),
        ([], [(0, 6)]),
        ([1, 2, 3, 4], [(0, 1), (5, 6)]),
        ([0, 1, 4, 5], [(2, 4)]),
        ([0, 2, 4], [(1, 2), (3, 4), (5, 6)]),
        ([5, 0, 3], [(1, 3), (4, 5)]),
        ([-1, 6, 7, 0, 1, 2, 3, 4, 5], []),
    ],
)
def test_adjoining_missing_intervals_are_one_range(
    held: list[int], gaps: list[tuple[int, int]]
) -> None:
    gone = missing([at(step) for step in held], at(0), at(6), Market.RTM)
    assert ranges(gone, Market.RTM) == [Range(at(start), at(end)) for start, end in gaps]


@given(st.sets(st.integers(-3, 20)), st.integers(0, 12), st.integers(0, 59))
def test_between_what_is_held_lies_what_is_missing(held: set[int], end: int, minutes: int) -> None:
    until = at(end) + timedelta(seconds=5 * minutes)
    starts = [at(step) for step in sorted(held)]
    assert between(ranges(starts, Market.RTM), at(0), until, Market.RTM) == ranges(
        missing(starts, at(0), until, Market.RTM), Market.RTM
    )


@pytest.mark.parametrize(
    ("day", "market", "count"),
    [
        (date(2026, 3, 8), Market.RTM, 276),
        (date(2026, 11, 1), Market.RTM, 300),
        (date(2026, 11, 1), Market.DAM, 25),
        (date(2026, 11, 24), Market.RTPD, 96),
    ],
)
def test_an_empty_day_is_one_gap_of_the_whole_day(day: date, market: Market, count: int) -> None:
    gone = missing([], *day_bounds(day), market)
    assert len(gone) == count
    assert ranges(gone, market) == [Range(*day_bounds(day))]
    assert missing(day_intervals(day, market), *day_bounds(day), market) == []


@given(st.sets(st.integers(0, 60)))
@settings(max_examples=60)
def test_ranges_have_exactly_the_missing_intervals(held: set[int]) -> None:
    gone = missing({at(step) for step in held}, at(0), at(61), Market.RTM)
    found = ranges(gone, Market.RTM)
    covered = [
        start + place * FIVE for start, end in found for place in range((end - start) // FIVE)
    ]
    assert covered == [at(step) for step in range(61) if step not in held]
    assert all(one.end < other.start for one, other in pairwise(found))


def test_each_request_in_vain_doubles_the_wait_up_to_the_longest() -> None:
    waits = [wait(asked) for asked in range(40)]
    assert waits[0] == FIRST_WAIT
    assert waits[3] == 8 * FIRST_WAIT
    assert waits[-1] == LONGEST_WAIT == max(waits)
    assert all(later in (2 * one, LONGEST_WAIT) for one, later in pairwise(waits))
    assert wait(10_000_000) == LONGEST_WAIT


@pytest.mark.parametrize(
    ("asked", "since", "given_up"),
    [
        (GIVE_UP_ASKED, GIVE_UP_AFTER, True),
        (GIVE_UP_ASKED - 1, GIVE_UP_AFTER, False),
        (GIVE_UP_ASKED, GIVE_UP_AFTER - timedelta(seconds=1), False),
        (1_000, timedelta(0), False),
        (0, timedelta(days=400), False),
    ],
)
def test_an_interval_is_given_up_after_ten_requests_over_two_days(
    asked: int, since: timedelta, given_up: bool
) -> None:
    assert hopeless(asked, START - since, now=START) is given_up
