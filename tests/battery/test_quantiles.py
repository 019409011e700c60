"""Quantiles of what real-time prices differ by, and how a rank follows another."""

import numpy as np
import pytest

from battery.quantiles import Residuals, around, certain, followed, learned, quantiles

DAY = np.arange(24)


def learned_from(differences: np.ndarray, *, per_hour: int = 1, states: int = 3, beside: int = 0):
    hours = np.arange(len(differences)) // per_hour % 24
    day_ahead = np.full(len(differences), 40.0)
    return learned(
        day_ahead + differences, day_ahead, hours, per_hour=per_hour, states=states, beside=beside
    )


def test_quantiles_are_those_of_numpy():
    values = np.sort(np.random.default_rng(1).normal(0, 20, 101))
    shares = np.linspace(0, 1, 23)
    assert quantiles(values, shares) == pytest.approx(np.quantile(values, shares))


def test_each_hour_of_the_day_has_its_own():
    differences = np.tile(np.where(DAY < 12, -10.0, 10.0), 30)
    found = learned_from(differences)
    assert found.middles[:12].tolist() == np.full((12, 3), -10.0).tolist()
    assert found.middles[12:].tolist() == np.full((12, 3), 10.0).tolist()


def test_the_hours_beside_count_too_and_over_midnight():
    differences = np.tile(np.where(DAY == 0, 30.0, 0.0), 30)
    found = learned_from(differences, beside=1)
    high = found.middles.max(axis=1)
    assert high[[23, 0, 1]].tolist() == [30.0, 30.0, 30.0]
    assert high[2:23].tolist() == [0.0] * 21


def test_bounds_lie_between_the_middles_and_a_third_of_prices_between_two_bounds():
    differences = np.random.default_rng(2).normal(0, 20, 24 * 300)
    found = learned_from(differences)
    assert (found.middles[:, :-1] < found.bounds).all()
    assert (found.bounds < found.middles[:, 1:]).all()
    at_seven = differences.reshape(-1, 24)[:, 7]
    shares = np.bincount(np.searchsorted(found.bounds[7], at_seven)) / 300
    assert shares == pytest.approx([1 / 3] * 3, abs=0.01)


def test_a_price_that_is_not_held_is_not_counted():
    differences = np.tile([1.0, 2.0, 3.0], 8 * 30)
    with_gap = differences.copy()
    with_gap[5::24] = np.nan
    found = learned_from(with_gap)
    assert found.intervals_seen == 23 * 30
    assert found.middles[5].tolist() == [0, 0, 0]
    assert found.middles[6].tolist() == learned_from(differences).middles[6].tolist()


def test_how_often_a_rank_follows_another_is_counted_and_none_is_impossible():
    ranks = np.array([0, 0, 1, 1, 0, 0, 1, 1, -1, 0])
    shares = followed(ranks, 1, 2)
    # 0 was followed by 0 twice and by 1 twice, 1 by 1 twice and by 0 once; each is seen once more.
    assert shares == pytest.approx(np.array([[3 / 6, 3 / 6], [2 / 5, 3 / 5]]))


def test_dear_spells_are_learned_as_such():
    spells = np.random.default_rng(3).normal(0, 20, 24 * 60).repeat(4)
    found = learned_from(spells, per_hour=4)
    assert (np.diag(found.interval) > 0.7).all()
    assert (np.diag(found.hour) < 0.5).all()


def test_a_table_is_the_day_ahead_price_and_what_the_hour_mostly_adds():
    residuals = learned_from(np.tile(np.where(DAY < 12, -10.0, 10.0), 30))
    table = around(
        np.array([50.0, 60.0]),
        np.array([11, 12]),
        residuals,
        starts=np.array([0, 3600]),
        hours=np.ones(2),
        issued_at=0.0,
    )
    assert table.prices[:, 1].tolist() == [40.0, 70.0]
    assert table.state_of(0, -500.0) == 0
    assert table.state_of(0, 500.0) == 2


def test_before_enough_was_seen_the_day_ahead_price_is_taken_as_it_is():
    residuals = certain(learned_from(np.random.default_rng(4).normal(0, 20, 240)))
    assert isinstance(residuals, Residuals)
    assert not residuals.middles.any()
    assert not residuals.bounds.any()
