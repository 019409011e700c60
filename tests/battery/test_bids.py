"""Bids of two prices, for a state of charge that is not known yet."""

import numpy as np
import pytest

from battery.backtests.bids import (
    Bid,
    after_bid,
    best_bid,
    chances_after,
    chances_at,
    first_price,
    last_price,
    moves,
)
from battery.policy import NEVER, StoredValue, best_soc, stored_value
from tests.battery.days import asset
from tests.battery.test_policy import LEVELS, chain, round_asset, table

THREE = np.full(3, 1 / 3)


def test_it_charges_below_and_discharges_above_at_full_power():
    bid = Bid(20.0, 60.0)
    powers = [bid.power_mw(asset(), price) for price in (-5.0, 20.0, 40.0, 60.0, 61.0)]
    assert powers == [-1.0, 0.0, 0.0, 0.0, 1.0]


def test_chances_move_with_the_bid_and_stay_in_the_window():
    battery = round_asset()
    step = moves(battery, LEVELS, 0.25)
    assert (step.up, step.down) == (2, 2)  # 0.25 MWh is two and a half levels
    chances = chances_at(battery, LEVELS, 0.1, THREE)
    after = after_bid(chances, Bid(20.0, 60.0), np.array([10.0, 40.0, 90.0]), step)
    assert after[0].argmax() == 3
    assert after[1].argmax() == 1
    assert after[2].argmax() == 0
    assert after.sum() == pytest.approx(1.0)
    full = chances_at(battery, LEVELS, 3.95, THREE)
    assert (
        after_bid(full, Bid(20.0, 60.0), np.array([10.0, 40.0, 90.0]), step)[0].argmax() == LEVELS
    )


@pytest.mark.parametrize("seed", range(4))
def test_chances_are_those_of_many_throws(seed):
    luck = np.random.default_rng(seed)
    battery, follows = round_asset(), chain(luck, 3).interval
    prices = np.array([10.0, 40.0, 90.0])
    bids = [(Bid(20.0, 60.0), prices), (Bid(50.0, 60.0), prices), (Bid(0.0, 30.0), prices)]
    step = moves(battery, LEVELS, 0.25)
    found = chances_after(battery, 1.0, THREE, bids, follows, step)
    level = np.full(40_000, 10)
    state = luck.integers(3, size=len(level))
    for bid, _ in bids:
        power = np.array([bid.power_mw(battery, price) for price in prices])[state]
        level = np.clip(level - 2 * power.astype(int), 0, LEVELS)
        state = (luck.random(len(level))[:, None] > follows.cumsum(axis=1)[state]).sum(axis=1)
    thrown = np.zeros_like(found)
    np.add.at(thrown, (state, level), 1 / len(level))
    assert np.abs(found - thrown).max() < 0.01


@pytest.mark.parametrize("seed", range(6))
def test_with_a_known_charge_a_bid_does_what_would_be_done_at_its_own_price(seed):
    luck = np.random.default_rng(seed)
    battery, residuals = round_asset(wear_usd_mwh=8.0), chain(luck, 3)
    prices = np.maximum(np.sort(luck.normal(45, 30, (30, 3)), axis=1), 0)
    known = table(prices)
    value = stored_value(battery, known, residuals, np.full(LEVELS, 35.0))
    step = moves(battery, LEVELS, 0.25)
    bid = best_bid(value, known, chances_at(battery, LEVELS, 2.0, THREE), step)
    assert bid.charge_below <= bid.discharge_above
    for state, price in enumerate(prices[0]):
        then = best_soc(battery, value.after[0][state], price=price, soc_mwh=2.0, hours=0.25)
        # At full power or not at all: half of an interval may pay where the whole of it doesn't.
        if abs(then - 2.0) in (0.0, 0.25):
            assert np.sign(bid.power_mw(battery, price)) == np.sign(2.0 - then), price


def test_a_bid_is_for_the_charges_that_are_likely():
    slopes = np.tile(np.where(np.arange(LEVELS) < 20, 80.0, 10.0), (3, 1))
    battery = round_asset()
    value = StoredValue(battery, [slopes], slopes)
    known = table(np.array([[20.0, 40.0, 60.0]]))
    step = moves(battery, LEVELS, 0.25)
    low = best_bid(value, known, chances_at(battery, LEVELS, 1.0, THREE), step)
    high = best_bid(value, known, chances_at(battery, LEVELS, 3.0, THREE), step)
    assert low == Bid(80.0, 90.0)
    assert high == Bid(10.0, 20.0)


def test_a_price_between_two_states_is_taken_by_the_state_that_it_is_in():
    bounds = np.array([30.0, 50.0])
    assert first_price(np.array([99.0, 40.0, 0.0]), bounds) == 40.0
    assert first_price(np.array([99.0, 99.0, 99.0]), bounds) == 99.0
    assert first_price(np.array([99.0, 99.0, 0.0]), bounds) == 50.0
    assert first_price(np.full(3, 2 * NEVER), bounds) == NEVER
    assert last_price(np.array([0.0, 40.0, 0.0]), bounds) == 40.0
    assert last_price(np.array([99.0, 99.0, 0.0]), bounds) == 50.0
    assert last_price(np.full(3, -2 * NEVER), bounds) == -NEVER
