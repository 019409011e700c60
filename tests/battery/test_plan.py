"""A plan's steps, and what of them is said to come next."""

import numpy as np
import pytest

from battery.advice.plan import PlanStep, action_of, band, next_run


def steps(*powers: float, hours: float = 1.0) -> list[PlanStep]:
    """At prices of 10, 20, 30 ..."""
    return [
        PlanStep(nth * 3600, hours, 10.0 * (nth + 1), 0.0, 0.0, power, 2.0)
        for nth, power in enumerate(powers)
    ]


@pytest.mark.parametrize(
    ("power", "action"),
    [(1.0, "discharge"), (-1.0, "charge"), (0.0, "hold"), (-0.0, "hold"), (4e-4, "hold")],
)
def test_less_than_a_kilowatt_is_nothing(power: float, action: str) -> None:
    assert action_of(power) == action


@pytest.mark.parametrize(
    ("powers", "actions", "found"),
    [
        ([0, 0, 1, 1, 0], ("discharge",), ("discharge", 2, 35.0)),
        ([1, 0, -1, 1, 1], ("discharge",), ("discharge", 3, 45.0)),
        ([0, -1, 1], ("charge", "discharge"), ("charge", 1, 20.0)),
        ([0, 1, -1], ("charge", "discharge"), ("discharge", 1, 20.0)),
        ([1, 1, 0, 1], ("charge",), None),
        ([1], ("discharge",), None),
    ],
)
def test_what_comes_next_is_the_first_run_of_it_at_its_mean_price(
    powers: list[float], actions: tuple[str, ...], found: tuple[str, int, float] | None
) -> None:
    run = next_run(steps(*powers), after=1, actions=actions)
    assert (run and (run.action, run.start // 3600, run.price)) == found


def test_a_short_step_counts_less_in_the_mean() -> None:
    plan = [
        *steps(0.0),
        PlanStep(3600, 0.25, 10.0, 0, 0, 1.0, 2),
        PlanStep(4500, 0.75, 30, 0, 0, 1, 2),
    ]
    run = next_run(plan, after=1, actions=("discharge",))
    assert run
    assert run.price == 25.0


def test_a_price_at_which_next_to_nothing_is_charged_counts_next_to_nothing() -> None:
    plan = [
        *steps(0.0),
        PlanStep(3600, 0.75, 12.0, 0, 0, -1.0, 2),
        PlanStep(6300, 1, 16, 0, 0, -0.01, 2),
    ]
    run = next_run(plan, after=1, actions=("charge",))
    assert run
    assert run.price == pytest.approx(12.05, abs=0.01)


def test_a_band_is_as_wide_as_the_chances_make_it() -> None:
    prices = np.array([0.0, 10.0, 20.0, 30.0])
    sure = band(prices, np.array([0.0, 0.0, 1.0, 0.0]))
    even = band(prices, np.full(4, 0.25))
    assert sure == pytest.approx((12.0, 24.0), abs=5)
    assert even == pytest.approx((0.0, 30.0))
    assert band(prices, np.array([0.9, 0.1, 0, 0]))[1] < 15
