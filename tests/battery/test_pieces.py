"""Functions of straight pieces: what is highest ahead, and the higher of two."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from battery.optimum.pieces import Pieces

SHAPES = st.lists(st.integers(-9, 9), min_size=2, max_size=9)
ALONG = np.linspace(0.0, 1.0, 501)


def shape(values):
    return Pieces(np.linspace(0.0, 1.0, len(values)), np.array(values, float))


@given(values=SHAPES, most=st.sampled_from([0.0, 0.07, 1 / 3, 0.5, 2.0]))
def test_what_is_highest_ahead_is_no_less_than_any_point_ahead_and_is_one_of_them(values, most):
    function = shape(values)
    ahead = function.best_ahead(most)
    reached = np.minimum(ALONG[:, None] + np.linspace(0, most, 301), 1.0)
    seen = function(reached.ravel()).reshape(reached.shape).max(axis=1)
    steepest = np.abs(np.diff(function.value) / np.diff(function.at)).max()
    missed = ahead(ALONG) - seen
    assert missed.min() >= -1e-9
    assert missed.max() <= steepest * most / 300 + 1e-9


@given(one=SHAPES, other=SHAPES)
def test_the_higher_of_two_is_the_higher_everywhere(one, other):
    one, other = shape(one), shape(other)
    higher = one.best_of(other)
    assert np.allclose(higher(ALONG), np.maximum(one(ALONG), other(ALONG)))
    assert (np.diff(higher.at) > 0).all()


def test_points_on_a_straight_line_are_spared():
    line = shape([0, 1, 2, 3, 5]).best_of(shape([-1, -1]))
    assert line.at.tolist() == [0.0, 0.75, 1.0]


def test_two_points_at_a_peak_next_to_nothing_apart_leave_it_where_it_is():
    high = np.array([1000.0, 1009.0, 1009.0, 1000.0])
    peak = Pieces(np.array([0.0, 0.5, 0.5 + 2e-12, 1.0]), high).thinned()
    assert np.allclose(peak(np.array([0.25, 0.5, 0.75])), [1004.5, 1009.0, 1004.5])
