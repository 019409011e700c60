"""Today's place among the days before it, worked by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from market.intervals import day_bounds, day_intervals, intervals_between, midnight
from market.markets import Market
from prices.daily_figures import HeldDay
from prices.day_ranks import Rank, ranks, same_time
from tests.conftest import utc

TODAY = date(2026, 7, 14)
NOON = utc("2026-07-14 19:00")
A_DAY = timedelta(days=1)


def day_of(back: int, morning: int, evening: int = 0, *, missing: int = 0) -> HeldDay:
    """A day at one price before noon and another one after, with some morning intervals missing."""
    day = TODAY - back * A_DAY
    start, end = day_bounds(day)
    noon = start + timedelta(hours=12)
    rt = dict.fromkeys(list(intervals_between(start, noon, Market.RTM))[missing:], Decimal(morning))
    if back:
        rt |= dict.fromkeys(intervals_between(noon, end, Market.RTM), Decimal(evening))
    return HeldDay(day, rt, dict.fromkeys(day_intervals(day, Market.DAM), Decimal(morning)))


def test_today_so_far_is_compared_with_the_same_hours_of_other_days() -> None:
    # By whole days the second would be far above today, by the morning it is below.
    days = [day_of(3, 50), day_of(2, 20, 900), day_of(1, 35), day_of(0, 40)]
    found = ranks(days, TODAY)
    assert (found.until, found.rt_average) == (NOON, Rank(2, 4))


def test_equal_days_share_the_better_place() -> None:
    days = [day_of(3, 50), day_of(2, 40), day_of(1, 40), day_of(0, 40)]
    assert ranks(days, TODAY).rt_average == Rank(2, 4)


@pytest.mark.parametrize(("missing", "of"), [(7, 4), (8, 3)])  # of 144: 95.1 % and 94.4 % held
def test_a_day_with_more_than_one_interval_in_twenty_missing_is_not_compared(
    missing: int, of: int
) -> None:
    days = [day_of(3, 50), day_of(2, 60, missing=missing), day_of(1, 30), day_of(0, 40)]
    found = ranks(days, TODAY).rt_average
    assert found is not None
    assert found.of == of


def test_too_little_of_today_or_no_other_day_makes_no_rank() -> None:
    others = [day_of(2, 50), day_of(1, 30)]
    assert ranks([*others, day_of(0, 40, missing=8)], TODAY).rt_average is None
    assert ranks([day_of(0, 40)], TODAY).rt_average is None
    assert ranks(others, TODAY) == ranks([*others, HeldDay(TODAY, {}, {})], TODAY)
    assert ranks(others, TODAY).until is None


def test_day_ahead_is_ranked_by_whole_days() -> None:
    def shaped(back: int, low: int, high: int, hours: int = 24) -> HeldDay:
        day = TODAY - back * A_DAY
        lmps = [low] * 12 + [high] * 12
        moments = day_intervals(day, Market.DAM)[:hours]
        return HeldDay(day, {}, {at: Decimal(lmps[nth]) for nth, at in enumerate(moments)})

    days = [shaped(3, 0, 100), shaped(2, 60, 60), shaped(1, 0, 500, hours=22), shaped(0, 45, 65)]
    found = ranks(days, TODAY)
    assert found.da_average == Rank(2, 3)  # 50, 60 and 55
    assert found.da_tb4 == Rank(2, 3)  # 400, 0 and 80
    assert (found.until, found.rt_average) == (None, None)


@pytest.mark.parametrize(
    ("day", "until", "there"),
    [
        ("2026-07-13", "2026-07-14 19:00", "2026-07-13 19:00"),
        ("2026-07-13", "2026-07-15 07:00", "2026-07-14 07:00"),  # a whole day
        ("2026-10-31", "2026-11-01 20:00", "2026-10-31 19:00"),  # noon, an hour later in UTC
        ("2026-03-08", "2026-03-09 09:35", "2026-03-08 10:00"),  # 02:35, which is skipped
        ("2026-03-08", "2026-03-09 10:35", "2026-03-08 10:35"),  # 03:35
        ("2026-11-01", "2026-11-02 09:35", "2026-11-01 09:35"),  # 01:35, for the second time
        ("2026-11-01", "2026-11-03 08:00", "2026-11-02 08:00"),
    ],
)
def test_the_same_time_of_day_is_the_clocks(day: str, until: str, there: str) -> None:
    assert same_time(date.fromisoformat(day), utc(until)) == utc(there)


@pytest.mark.parametrize("until", ["2026-11-01 08:30", "2026-11-01 09:30"])  # 01:30, twice
def test_a_day_of_25_hours_is_compared_by_what_has_passed_of_it(until: str) -> None:
    today = date(2026, 11, 1)

    def flat(day: date, end: datetime, lmp: int) -> HeldDay:
        moments = intervals_between(midnight(day), end, Market.RTM)
        return HeldDay(day, dict.fromkeys(moments, Decimal(lmp)), {})

    days = [flat(today - A_DAY, midnight(today), 10), flat(today, utc(until), 20)]
    found = ranks(days, today)
    assert (found.until, found.rt_average) == (utc(until), Rank(1, 2))
