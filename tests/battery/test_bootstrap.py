"""How sure a share is, by drawing weeks."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from statistics import pstdev

import pytest

from battery.backtests.bootstrap import interval_90, week_sums

MONDAY = date(2026, 7, 13)
DAY = timedelta(days=1)


def year(noise: float, *, spell: int = 1) -> list[tuple[date, float, float]]:
    """84 % of 100 $ a day for a year, give or take; `spell` days in a row are alike."""
    dice = Random(7)
    found = []
    for nth in range(364):
        if nth % spell == 0:
            share = 0.84 + dice.uniform(-noise, noise)
        found.append((MONDAY + nth * DAY, 100 * share, 100.0))
    return found


def test_days_alike_leave_no_doubt() -> None:
    low, high = interval_90(year(0), seed=1) or (0, 0)
    assert (low, high) == pytest.approx((0.84, 0.84))


def test_the_interval_lies_about_the_share() -> None:
    days = year(0.3)
    share = sum(net for _, net, _ in days) / sum(perfect for *_, perfect in days)
    low, high = interval_90(days, seed=1) or (0, 0)
    assert low < share < high
    # Weeks of equal size: as wide as the normal one of their mean, 1.645 deviations either way.
    weekly = pstdev(net / perfect for net, perfect in week_sums(days))
    assert high - low == pytest.approx(2 * 1.645 * weekly / 52**0.5, rel=0.08)


def test_spells_of_good_and_bad_days_make_it_wider() -> None:
    low, high = interval_90(year(0.3), seed=1) or (0, 0)
    wide_low, wide_high = interval_90(year(0.3, spell=7), seed=1) or (0, 0)
    assert wide_high - wide_low > 2 * (high - low)


def test_big_days_count_for_more() -> None:
    # A share of sums: one week earns 10 of 10, the other 0 of 1000.
    days = [(MONDAY, 10, 10), (MONDAY + 7 * DAY, 0, 1000)]
    low, high = interval_90(days, seed=1) or (-1, -1)
    assert (low, high) == (0, 1)


def test_the_same_seed_and_days_in_any_order_give_the_same_interval() -> None:
    days = year(0.3)
    mixed = days[:]
    Random(3).shuffle(mixed)
    assert interval_90(days, seed=5) == interval_90(mixed, seed=5)
    assert interval_90(days, seed=5) != interval_90(days, seed=6)


def test_dollars_may_be_decimals() -> None:
    days = [(day, Decimal(str(net)), Decimal(str(best))) for day, net, best in year(0.3)]
    assert interval_90(days, seed=5) == pytest.approx(interval_90(year(0.3), seed=5))


def test_a_week_is_from_monday_to_sunday_also_over_new_year() -> None:
    days = [(date(2026, 12, 28) + nth * DAY, 1.0, 2.0) for nth in range(8)]
    assert week_sums(days) == [(7, 14), (1, 2)]


def test_a_week_is_summed_alike_in_any_order() -> None:
    days = [(MONDAY + nth * DAY, net, net) for nth, net in enumerate((1e16, 1.0, -1e16))]
    assert week_sums(days) == week_sums(sorted(days, key=lambda day: day[1])) == [(1, 1)]


@pytest.mark.parametrize(
    "days",
    [
        [],
        [(MONDAY, 1, 2), (MONDAY + 6 * DAY, 1, 2)],
        [(MONDAY, 0, 0), (MONDAY + 7 * DAY, -1, 0)],
    ],
)
def test_one_week_or_nothing_to_earn_has_no_interval(
    days: list[tuple[date, float, float]],
) -> None:
    assert interval_90(days, seed=1) is None
