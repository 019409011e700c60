"""The optimum: equal to another formulation, within every limit, and certified."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battery.asset import Impossible
from battery.dispatch import optimise
from battery.optimum import blocks
from battery.optimum.horizon import horizon
from battery.optimum.programme import flow, relaxed
from battery.value_function import best_course
from tests.battery.days import asset, question
from tests.battery.independent import optimum

SAME = 1e-4
DAYS, BATCH = 200, 20


def holds(battery, prices, hours, found, *, start_mwh, end_mwh=None, left_usd_mwh=0.0, **limits):
    """Asserts that a course keeps to the battery, step by step, and adds up."""
    power, soc, n = found.power_mw, found.soc_mwh, len(prices)
    most_in = np.minimum(limits.get("max_in_mw", np.inf), battery.power_in_mw)
    most_out = np.minimum(limits.get("max_out_mw", np.inf), battery.power_out_mw)
    assert (power.shape, soc.shape, found.stored_usd_mwh.shape) == ((n,), (n + 1,), (n,))
    assert soc[0] == start_mwh
    assert battery.soc_min_mwh <= soc.min() <= soc.max() <= battery.soc_max_mwh
    assert end_mwh is None or soc[-1] >= end_mwh - 1e-9
    assert (power >= -most_in - 1e-9).all()
    assert (power <= most_out + 1e-9).all()
    into, out = np.maximum(-power, 0) * hours, np.maximum(power, 0) * hours
    change = into * battery.charge_efficiency - out / battery.discharge_efficiency
    assert np.diff(soc) == pytest.approx(change, abs=1e-9)
    assert found.revenue_usd == pytest.approx(float((out - into) @ prices), abs=1e-6)
    assert found.wear_usd == pytest.approx(battery.wear_usd_mwh * out.sum(), abs=1e-6)
    assert found.left_usd == pytest.approx(left_usd_mwh * soc[-1], abs=1e-6)
    assert found.objective_usd == found.revenue_usd - found.wear_usd + found.left_usd


def certified(found):
    """Asserts that nothing could have earned more."""
    assert found.gap is not None
    assert -1e-9 <= found.gap <= 1e-6
    assert found.bound_usd >= found.objective_usd - 1e-9 * max(1, abs(found.objective_usd))


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, DAYS, BATCH))
def test_a_made_up_day_earns_what_another_formulation_finds(first):
    for seed in range(first, first + BATCH):
        battery, prices, hours, demands = question(seed)
        found = optimise(battery, prices, hours, **demands)
        best = optimum(battery, prices, hours, **demands)
        assert found.objective_usd == pytest.approx(best, rel=SAME, abs=SAME), seed
        holds(battery, prices, hours, found, **demands)
        certified(found)


@pytest.mark.long
@pytest.mark.parametrize("wear", [0.0, 10.0])
def test_a_real_day_earns_what_another_formulation_finds(real_days, wear):
    lowest_first = sorted(real_days, key=lambda prices: float(prices.min()))
    odd, usual = lowest_first[5:400:80], real_days[:: len(real_days) // 5][:5]
    for prices in [*odd, *usual]:
        found = optimise(asset(wear_usd_mwh=wear), prices, 0.25, start_mwh=1.0)
        best = optimum(asset(wear_usd_mwh=wear), prices, 0.25, start_mwh=1.0)
        assert found.objective_usd == pytest.approx(best, rel=SAME)
        holds(asset(wear_usd_mwh=wear), prices, 0.25, found, start_mwh=1.0)
        certified(found)


@settings(max_examples=60)
@given(
    prices=st.lists(st.integers(-60, 120), min_size=1, max_size=16),
    wear=st.sampled_from([0.0, 10.0]),
    round_trip=st.sampled_from([0.5, 0.86, 1.0]),
    start=st.floats(1.0, 3.0),
    hours=st.sampled_from([1 / 12, 0.25, 1.0]),
)
def test_any_course_keeps_to_the_battery_and_is_certified(prices, wear, round_trip, start, hours):
    battery = asset(wear_usd_mwh=wear, round_trip=round_trip, soc_min_mwh=1.0, soc_max_mwh=3.0)
    found = optimise(battery, prices, hours, start_mwh=start)
    holds(battery, np.array(prices, float), hours, found, start_mwh=start)
    certified(found)


def test_no_values_of_the_rows_make_a_bound_that_a_course_exceeds():
    asked = horizon(asset(wear_usd_mwh=0.0), [-150.0, 20.0, -150.0], 1.0, start_mwh=3.5)
    programme = relaxed(flow(asked))
    best = optimise(asked.asset, asked.prices, 1.0, start_mwh=3.5).objective_usd
    luck = np.random.default_rng(5)
    for _ in range(200):
        assert programme.bound(luck.normal(0, 200, len(programme.right))) >= best


def test_a_full_battery_is_not_paid_for_burning():
    battery = asset(wear_usd_mwh=0.0)
    found = optimise(battery, [-20.0], 1.0, start_mwh=4.0)
    assert found.power_mw.tolist() == [0.0]
    assert found.objective_usd == found.bound_usd == 0.0


def test_a_full_battery_makes_room_where_the_price_is_least_below_0():
    battery = asset(wear_usd_mwh=0.0)
    found = optimise(battery, [-5.0, -30.0], 1.0, start_mwh=4.0)
    room = battery.charge_efficiency * battery.discharge_efficiency
    assert found.power_mw.tolist() == pytest.approx([room, -1.0])
    assert found.objective_usd == pytest.approx(30.0 - 5.0 * room)


def test_wear_keeps_a_battery_from_burning_until_the_price_is_far_below_0():
    pays_below = -10 * 0.86 / 0.14
    for prices, moves in [([pays_below + 1, pays_below + 1], 0), ([-30.0, -200.0], 2)]:
        found = optimise(asset(), prices, 1.0, start_mwh=4.0)
        assert np.count_nonzero(found.power_mw) == moves
        certified(found)


@pytest.mark.parametrize(
    "prices",
    [
        np.full(288, -20.0),
        np.tile([-5.0, -6.0, -5.0], 96),
        -10 + 6 * np.sin(np.arange(288) / 30),
        np.concatenate([np.full(96, 30.0), np.linspace(-5, -15, 96), np.full(96, 60.0)]),
    ],
)
def test_a_day_below_0_is_certified_however_much_its_prices_are_alike(prices):
    battery = asset(wear_usd_mwh=0.0)
    found = optimise(battery, prices, 1 / 12, start_mwh=4.0)
    near = best_course(battery, prices, 1 / 12, start_mwh=4.0)
    holds(battery, prices, 1 / 12, found, start_mwh=4.0)
    certified(found)
    assert near.objective_usd <= found.objective_usd + 1e-6


def test_blocks_that_are_cut_too_short_grow_until_the_bound_is_reached(monkeypatch):
    battery, prices = asset(wear_usd_mwh=0.0), np.random.default_rng(11).normal(0, 20, 96)
    best = optimise(battery, prices, 0.25, start_mwh=4.0)
    monkeypatch.setattr(blocks, "PRESSED_USD_MWH", -1.0)
    found = optimise(battery, prices, 0.25, start_mwh=4.0)
    assert found.objective_usd == pytest.approx(best.objective_usd)
    holds(battery, prices, 0.25, found, start_mwh=4.0)
    certified(found)


def test_steps_may_differ_in_length():
    prices, hours = np.array([10.0, 20.0, 90.0, 80.0]), np.array([1.0, 0.25, 0.25, 1 / 12])
    found = optimise(asset(), prices, hours, start_mwh=0.5)
    assert found.objective_usd == pytest.approx(optimum(asset(), prices, hours, start_mwh=0.5))
    holds(asset(), prices, hours, found, start_mwh=0.5)


@pytest.mark.parametrize("wear", [0.0, 10.0])
def test_a_stored_mwh_is_worth_what_the_objective_gains_by_it(wear):
    luck = np.random.default_rng(3)
    battery, prices = asset(wear_usd_mwh=wear), luck.normal(20, 30, 48)
    found = optimise(battery, prices, 0.25, start_mwh=1.0)
    assert found.soc_mwh[1] < 4.0
    later = [
        optimise(battery, prices[1:], 0.25, start_mwh=found.soc_mwh[1] + more).objective_usd
        for more in (1e-4, 0.0, -1e-4)
    ]
    above, below = (later[0] - later[1]) / 1e-4, (later[1] - later[2]) / 1e-4
    assert above - 1e-3 <= found.stored_usd_mwh[0] <= below + 1e-3


def test_the_value_of_what_is_left_keeps_it_in_the_store():
    prices = [50.0, 50.0]
    assert optimise(asset(), prices, 1.0, start_mwh=2.0).soc_mwh[-1] == 0.0
    kept = optimise(asset(), prices, 1.0, start_mwh=2.0, left_usd_mwh=40.0)
    assert (kept.soc_mwh[-1], kept.left_usd) == (2.0, 80.0)
    assert kept.stored_usd_mwh.tolist() == pytest.approx([40.0, 40.0])


def test_nothing_moves_during_an_outage():
    out = np.array([1.0, 0.0, 0.0, 1.0])
    prices = np.array([50.0, 900.0, -900.0, 40.0])
    found = optimise(asset(), prices, 1.0, start_mwh=2.0, max_in_mw=out, max_out_mw=out)
    assert found.power_mw[1:3].tolist() == [0.0, 0.0]


def test_the_end_that_can_just_be_reached_is_reached():
    battery = asset()
    most = 1.0 + 2 * battery.charge_efficiency
    found = optimise(battery, [90.0, 90.0], 1.0, start_mwh=1.0, end_mwh=most)
    assert found.soc_mwh[-1] == pytest.approx(most)
    assert found.power_mw.tolist() == pytest.approx([-1.0, -1.0])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_mwh": 4.0}, "can't be reached: from 1 MWh.* ends at 2.855 MWh, 1.15 MWh short"),
        ({"end_mwh": 5.0}, "The end state of charge of 5 MWh lies outside of 0 to 4 MWh"),
        ({"start_mwh": -0.1}, "The start state of charge of -0.1 MWh lies outside of 0 to 4 MWh"),
        ({"start_mwh": np.nan}, "The start state of charge of nan MWh lies outside"),
        ({"prices": [1.0, np.nan]}, "The price of step 2 is no number: nan"),
        ({"prices": [-np.inf, 1.0]}, "The price of step 1 is no number: -inf"),
        ({"prices": []}, "a price for at least one step"),
        ({"hours": [1.0]}, "There are 2 prices, but 1 values as length"),
        ({"hours": [1.0, 0.0]}, "Step 2 must last longer than 0 hours"),
        ({"max_in_mw": [1.0] * 3}, "There are 2 prices, but 3 values as charging limit"),
        ({"max_out_mw": [1.0, -1.0]}, "The discharging limit of step 2 is below 0"),
        ({"left_usd_mwh": np.inf}, "the value of what is left must be finite"),
    ],
)
def test_what_can_not_be_met_is_said(changes, sentence):
    asked = {"prices": [10.0, 20.0], "hours": 1.0, "start_mwh": 1.0, **changes}
    with pytest.raises(Impossible, match=sentence):
        optimise(asset(), **asked)


def test_an_end_out_of_reach_by_an_outage_is_said():
    with pytest.raises(Impossible, match="charging in every step ends at 1 MWh, 1 MWh short"):
        optimise(asset(), [1.0], 1.0, start_mwh=1.0, end_mwh=2.0, max_in_mw=[0.0])


def test_a_battery_that_can_not_be_is_said():
    with pytest.raises(Impossible, match="charging power must be above 0"):
        optimise(replace(asset(), power_in_mw=0.0), [1.0], 1.0, start_mwh=1.0)
