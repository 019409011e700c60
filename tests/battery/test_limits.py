"""What outages and the grid leave of a battery's power, step by step."""

from datetime import timedelta

import numpy as np
import pytest

from battery.grid_hours import GridHours
from battery.limits import limits_of
from battery.policy import Limits
from market.intervals import pacific
from tests.battery.days import asset
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")
HOUR = timedelta(hours=1)
Times = list[tuple[float, float]]


def limits(outages: Times = [], grid: list[GridHours] = [], count: int = 24) -> Limits:  # noqa: B006
    """Of hours from noon on; outages in hours after it."""
    moments = [NOON + nth * HOUR for nth in range(count)]
    return limits_of(
        asset(power_in_mw=2.0),
        np.array([int(moment.timestamp()) for moment in moments]),
        np.ones(count),
        np.array([pacific(moment).hour for moment in moments]),
        outages=[(NOON + start * HOUR, NOON + end * HOUR) for start, end in outages],
        grid=grid,
    )


def test_without_any_it_is_the_battery_s_own_power_each_way() -> None:
    found = limits()
    assert set(found.in_mw) == {2.0}
    assert set(found.out_mw) == {1.0}


@pytest.mark.parametrize(
    ("outages", "left"),
    [
        ([(1, 3)], [2, 0, 0, 2]),
        ([(0.5, 1.25)], [1, 1.5, 2, 2]),
        ([(-5, 0), (4, 9)], [2, 2, 2, 2]),
        ([(-5, 1.5), (1.5, 2)], [0, 0, 2, 2]),
        # Two that overlap take no more than there is.
        ([(0, 2), (1, 3)], [0, 0, 0, 2]),
    ],
)
def test_an_outage_takes_its_share_of_an_hour(outages: Times, left: list[float]) -> None:
    assert list(limits(outages).in_mw[:4]) == pytest.approx(left)


@pytest.mark.parametrize(
    ("limit", "limited"),
    [
        (GridHours(17, 20, 0.5, None), {17, 18, 19}),
        (GridHours(22, 6, 0.5, None), {22, 23, 0, 1, 2, 3, 4, 5}),
        (GridHours(0, 24, 0.5, None), set(range(24))),
        (GridHours(23, 24, 0.5, None), {23}),
    ],
)
def test_the_grid_limits_by_the_pacific_clock(limit: GridHours, limited: set[int]) -> None:
    found = limits(grid=[limit])
    assert {(12 + nth) % 24 for nth in np.flatnonzero(found.in_mw == 0.5)} == limited
    assert set(found.out_mw) == {1.0}


def test_of_several_limits_the_tightest_counts_and_none_adds_power() -> None:
    grid = [GridHours(12, 14, 5.0, 0.0), GridHours(13, 15, 1.0, 0.5)]
    found = limits(grid=grid)
    assert list(found.in_mw[:4]) == [2.0, 1.0, 1.0, 2.0]
    assert list(found.out_mw[:4]) == [0.0, 0.0, 0.5, 1.0]
