"""The dynamic programme stays within a cell of its grid of the exact optimum."""

import numpy as np
import pytest

from battery.dispatch import optimise
from battery.value_function import CELLS, best_course
from tests.battery.days import asset, question
from tests.battery.test_dispatch import holds


def most_missed(battery, prices, left_usd_mwh=0.0):
    """A cell of the grid, at the difference of the highest and the lowest price of a MWh in it."""
    buy = prices / battery.charge_efficiency
    sell = (prices - battery.wear_usd_mwh) * battery.discharge_efficiency
    return np.ptp([*buy, *sell, left_usd_mwh, 0.0]) * battery.usable_mwh / CELLS


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_it_is_within_a_cell_of_the_optimum_on_a_made_up_day(first):
    for seed in range(first, first + 20):
        battery, prices, hours, demands = question(seed)
        best = optimise(battery, prices, hours, **demands)
        near = best_course(battery, prices, hours, **demands)
        holds(battery, prices, hours, near, **demands)
        missed = best.objective_usd - near.objective_usd
        most = most_missed(battery, prices, demands.get("left_usd_mwh", 0.0))
        assert -1e-6 * max(1, abs(best.objective_usd)) <= missed <= most, seed


@pytest.mark.long
@pytest.mark.parametrize("wear", [0.0, 10.0])
def test_it_is_within_a_cell_of_the_optimum_on_a_real_day(real_days, wear):
    battery = asset(wear_usd_mwh=wear)
    for prices in real_days[:: len(real_days) // 20][:20]:
        best = optimise(battery, prices, 0.25, start_mwh=1.0, end_mwh=1.0)
        near = best_course(battery, prices, 0.25, start_mwh=1.0, end_mwh=1.0)
        missed = best.objective_usd - near.objective_usd
        assert -1e-6 <= missed <= most_missed(battery, prices)


def test_it_proves_nothing():
    found = best_course(asset(), [10.0, 90.0], 1.0, start_mwh=0.0)
    assert (found.bound_usd, found.gap) == (None, None)


def test_it_knows_what_a_stored_mwh_is_worth():
    found = best_course(asset(wear_usd_mwh=0.0), [10.0, 90.0], 1.0, start_mwh=0.0)
    assert found.stored_usd_mwh[0] == pytest.approx(90 * asset().discharge_efficiency)
