"""A course is within every limit to the last digit, whatever a solver leaves over."""

import numpy as np
import pytest

from battery.optimum.course import course
from battery.optimum.horizon import horizon
from tests.battery.days import asset


def test_what_a_solver_leaves_over_is_cleaned_up_without_breaking_the_balance():
    battery = asset(charge_efficiency=0.9, discharge_efficiency=0.9)
    asked = horizon(battery, [5.0, 90.0, 90.0, 5.0], 1.0, start_mwh=3.1)
    left_over = np.array([3.1 + 1e-8, 4.0 + 1e-8, 4.0 - 1e-10, 4.0 - 1 / 0.9 - 1e-8, 4.0])
    found = course(asked, left_over, np.zeros(4), 0.0)
    assert found.soc_mwh[:3].tolist() == [3.1, 4.0, 4.0]
    assert found.soc_mwh.max() == 4.0
    assert found.power_mw[1] == 0.0
    assert found.power_mw.tolist() == pytest.approx([-1.0, 0.0, 1.0, -1.0], abs=1e-9)
    change = np.where(found.power_mw < 0, 0.9, 1 / 0.9) * -found.power_mw
    assert np.diff(found.soc_mwh) == pytest.approx(change, abs=1e-12)


def test_the_gap_is_a_share_of_the_objective():
    asked = horizon(asset(wear_usd_mwh=0.0, round_trip=1.0), [50.0], 1.0, start_mwh=1.0)
    found = course(asked, np.array([1.0, 0.0]), np.zeros(1), 51.0)
    assert (found.objective_usd, found.bound_usd) == (50.0, 51.0)
    assert found.gap == pytest.approx(0.02)
