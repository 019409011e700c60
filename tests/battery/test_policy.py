"""What stored energy is worth while prices are uncertain, against a plainer calculation."""

import numpy as np
import pytest

from battery.policy import (
    NEVER,
    Limits,
    Parameters,
    best_soc,
    left_at_end,
    one_step,
    stored_value,
)
from battery.quantiles import QuantileTable, Residuals
from battery.value_function import best_course
from tests.battery.days import asset

LEVELS = 40


def table(prices: np.ndarray, hours: float = 0.25) -> QuantileTable:
    """Rows of prices that rise; what lies half-way is the bound."""
    steps = len(prices)
    bounds = (prices[:, 1:] + prices[:, :-1]) / 2
    return QuantileTable(
        0.0, np.arange(steps) * int(hours * 3600), np.full(steps, hours), prices, bounds
    )


def chain(luck: np.random.Generator, states: int) -> Residuals:
    shares = luck.random((states, states)) + 0.1
    follows = shares / shares.sum(axis=1, keepdims=True)
    flat = np.zeros((24, states))
    return Residuals(flat[:, 1:], flat, follows, follows, 9999)


def round_asset(**changes: float):
    """Without losses a step of a quarter of an hour moves whole levels."""
    return asset(round_trip=1.0, **changes)


def best_by_trying(battery, prices, follows, left, hours, step):
    """The value at each level before a step, by trying every level that can be reached."""
    levels = len(left)
    grid = np.arange(levels + 1)
    per_level = battery.usable_mwh / levels
    ahead = np.tile(np.concatenate([[0.0], np.cumsum(left * per_level)]), (len(follows), 1))
    up = round(battery.power_in_mw * hours / per_level)
    down = round(battery.power_out_mw * hours / per_level)
    for row in reversed(range(step, len(prices))):
        before = np.empty_like(ahead)
        for state, price in enumerate(prices[row]):
            for level in grid:
                to = grid[max(level - down, 0) : min(level + up, levels) + 1]
                change = (to - level) * per_level
                usd = np.where(
                    change > 0, -change * price, -change * (price - battery.wear_usd_mwh)
                )
                before[state, level] = (usd + ahead[state, to]).max()
        ahead = follows @ before
    return ahead


@pytest.mark.parametrize("seed", range(5))
def test_slopes_are_those_of_the_best_by_trying_every_move(seed):
    luck = np.random.default_rng(seed)
    battery, residuals = round_asset(wear_usd_mwh=8.0), chain(luck, 3)
    prices = np.sort(luck.normal(40, 30, (12, 3)), axis=1)
    left = np.sort(luck.uniform(0, 60, LEVELS))[::-1]
    found = stored_value(battery, table(np.maximum(prices, 0)), residuals, left)
    values = best_by_trying(battery, np.maximum(prices, 0), residuals.interval, left, 0.25, 0)
    slopes = np.diff(values, axis=1) / (battery.usable_mwh / LEVELS)
    assert found.before == pytest.approx(slopes, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_with_certain_prices_it_earns_what_the_known_best_course_does(seed):
    luck = np.random.default_rng(seed)
    battery = asset()
    prices = 40 + 30 * np.sin(np.arange(96) / 96 * 4 * np.pi) + luck.normal(0, 10, 96)
    residuals = chain(luck, 2)
    certainly = table(np.repeat(prices[:, None], 2, axis=1))
    found = stored_value(battery, certainly, residuals, np.full(400, 30.0))
    best = best_course(battery, prices, 0.25, start_mwh=1.0, left_usd_mwh=30.0)
    soc, earned = 1.0, 0.0
    for price, slopes in zip(prices, found.after, strict=True):
        then = best_soc(battery, slopes[0], price=price, soc_mwh=soc, hours=0.25)
        change = then - soc
        earned -= change * (
            price / battery.charge_efficiency
            if change > 0
            else (price - battery.wear_usd_mwh) * battery.discharge_efficiency
        )
        soc = then
    assert earned + 30 * soc == pytest.approx(best.objective_usd, rel=0.01)
    assert found.before[0][50] == pytest.approx(best.stored_usd_mwh[0], abs=5)


def test_slopes_fall_from_empty_to_full():
    luck = np.random.default_rng(7)
    prices = np.sort(luck.normal(30, 60, (36, 5)), axis=1)
    found = stored_value(asset(), table(prices, 1.0), chain(luck, 5), np.full(LEVELS, 25.0))
    for slopes in [*found.after, found.before]:
        assert (np.diff(slopes, axis=1) <= 1e-9).all()


def test_a_full_step_cannot_leave_the_window():
    slopes = np.full((1, 4), 30.0)
    cost, proceeds = np.array([[0.0]]), np.array([[0.0]])
    found = one_step(slopes, cost, proceeds, charged=9, discharged=9)
    assert found.tolist() == [[0.0] * 4]  # it fills up at no cost, wherever it begins


def test_no_power_leaves_what_it_is_worth_later():
    prices = np.array([[500.0, 600.0], [10.0, 20.0]])
    luck = np.random.default_rng(1)
    none = Limits(np.zeros(2), np.zeros(2))
    left = np.linspace(50, 20, LEVELS)
    found = stored_value(asset(), table(prices), chain(luck, 2), left, limits=none)
    assert found.before[0] == pytest.approx(left)


def test_what_is_left_is_worth_a_part_of_the_usual_price_or_what_is_given():
    prices = np.r_[np.full(50, 900.0), np.full(24, 40.0)]
    battery, parameters = asset(), Parameters(levels=LEVELS)
    usual = left_at_end(battery, prices, parameters)
    assert usual == pytest.approx(np.full(LEVELS, 30 * battery.discharge_efficiency * 0.9))
    assert left_at_end(battery, prices, parameters, left_usd_mwh=7.0).tolist() == [7.0] * LEVELS
    needed = left_at_end(battery, prices, parameters, end_mwh=1.0)
    assert (needed[:10] == NEVER).all()
    assert (needed[10:] < 100).all()
    assert left_at_end(battery, np.full(24, -5.0), parameters).tolist() == [0.0] * LEVELS


@pytest.mark.parametrize(
    ("price", "soc", "after"),
    [
        (10.0, 1.0, 1.0 + 0.25 * asset().charge_efficiency),  # a MWh costs 11 and is worth 30
        (29.0, 1.0, 1.0),  # costs 31, brings 18
        (60.0, 1.0, 1.0 - 0.25 / asset().discharge_efficiency),  # brings 46
        (10.0, 3.9, 4.0),
        (60.0, 0.1, 0.0),
        (-500.0, 4.0, 4.0),  # energy is not burned
    ],
)
def test_it_charges_below_its_worth_and_discharges_above(price, soc, after):
    flat = np.full(LEVELS, 30.0)
    found = best_soc(asset(), flat, price=price, soc_mwh=soc, hours=0.25)
    assert found == pytest.approx(after)


def test_it_goes_only_as_far_as_it_pays():
    slopes = np.where(np.arange(LEVELS) < 20, 50.0, 5.0)
    assert best_soc(asset(), slopes, price=20.0, soc_mwh=1.9, hours=0.25) == pytest.approx(2.0)
    assert best_soc(asset(), slopes, price=40.0, soc_mwh=2.1, hours=0.25) == pytest.approx(2.0)
