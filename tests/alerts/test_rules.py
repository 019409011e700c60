"""Crossings: which prices make one, and how they read."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules import Crossing, Judged, Observed, Threshold, judge, wording
from tests.conftest import utc

START = utc("2026-11-24 01:00")
ABOVE = Threshold("above", Decimal(100))
BELOW = Threshold("below", Decimal(-10))
FRESH = Judged(None, beyond=False)


def at(step: int) -> datetime:
    """The start of the interval `step` five-minute intervals after the first."""
    return START + step * timedelta(minutes=5)


def observed(*prices: int | str) -> list[Observed]:
    """One price for each five-minute interval from START on."""
    return [Observed(at(step), Decimal(price)) for step, price in enumerate(prices)]


@pytest.mark.parametrize(
    ("threshold", "price", "beyond"),
    [
        (ABOVE, "100.00001", True),
        (ABOVE, "100", False),
        (ABOVE, "99.99999", False),
        (BELOW, "-10.00001", True),
        (BELOW, "-10", False),
        (BELOW, "-9.99999", False),
        (BELOW, "10", False),
    ],
)
def test_a_price_on_the_limit_is_not_beyond_it(
    threshold: Threshold, price: str, beyond: bool
) -> None:
    assert threshold.is_beyond(Decimal(price)) is beyond
    assert bool(judge(threshold, FRESH, observed(price))[1]) is beyond


@pytest.mark.parametrize(
    ("threshold", "prices", "crossings"),
    [
        (ABOVE, [], []),
        (ABOVE, [50, 100, 99], []),
        (ABOVE, [50, 101, 500, 102], [(1, True)]),
        (ABOVE, [101, 102, 103], [(0, True)]),
        (ABOVE, [50, 101, 100], [(1, True), (2, False)]),
        (ABOVE, [101, 99, 101, 99], [(0, True), (1, False), (2, True), (3, False)]),
        (BELOW, [0, -10, -11, -50, -10], [(2, True), (4, False)]),
    ],
)
def test_a_price_crosses_once_and_not_again_while_it_stays_beyond(
    threshold: Threshold, prices: list[int], crossings: list[tuple[int, bool]]
) -> None:
    _, found = judge(threshold, FRESH, observed(*prices))
    assert [(one.interval_start, one.opens) for one in found] == [
        (at(step), opens) for step, opens in crossings
    ]


def test_a_crossing_carries_its_price() -> None:
    _, (crossing,) = judge(ABOVE, FRESH, observed(50, "101.5"))
    assert crossing == Crossing(at(1), Decimal("101.5"), opens=True)


def test_the_same_interval_judged_again_crosses_nothing() -> None:
    judged, first = judge(ABOVE, FRESH, observed(50, 150))
    again, second = judge(ABOVE, judged, observed(50, 150))
    assert len(first) == 1
    assert second == []
    assert again == judged == Judged(at(1), beyond=True)


def test_the_same_interval_twice_in_one_batch_is_judged_once() -> None:
    _, crossings = judge(ABOVE, FRESH, [*observed(150), *observed(150)])
    assert len(crossings) == 1


def test_a_corrected_price_of_a_judged_interval_crosses_nothing() -> None:
    judged, _ = judge(ABOVE, FRESH, observed(150))
    assert judge(ABOVE, judged, observed(50)) == (judged, [])


def test_an_interval_older_than_the_last_judged_is_passed_over() -> None:
    judged, _ = judge(ABOVE, FRESH, observed(50, 50, 50))
    late = [Observed(at(1), Decimal(500))]
    assert judge(ABOVE, judged, late) == (judged, [])


def test_a_rule_that_judged_beyond_goes_on_from_there() -> None:
    judged = Judged(at(-1), beyond=True)
    assert judge(ABOVE, judged, observed(150))[1] == []
    assert [one.opens for one in judge(ABOVE, judged, observed(50))[1]] == [False]


PRICES = st.lists(st.integers(90, 110), max_size=30)


@given(PRICES, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_the_order_in_which_intervals_arrive_changes_nothing(
    prices: list[int], random: object
) -> None:
    shuffled = observed(*prices)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(ABOVE, FRESH, shuffled) == judge(ABOVE, FRESH, observed(*prices))


@given(PRICES, st.integers(0, 30))
@settings(deadline=None, max_examples=50)
def test_two_polls_find_the_same_crossings_as_one(prices: list[int], cut: int) -> None:
    whole = judge(ABOVE, FRESH, observed(*prices))
    judged, first = judge(ABOVE, FRESH, observed(*prices)[:cut])
    judged, second = judge(ABOVE, judged, observed(*prices))
    assert (judged, first + second) == whole


@given(PRICES)
@settings(deadline=None, max_examples=50)
def test_crossings_open_and_close_by_turns(prices: list[int]) -> None:
    judged, crossings = judge(ABOVE, FRESH, observed(*prices))
    assert [one.opens for one in crossings] == [step % 2 == 0 for step in range(len(crossings))]
    assert judged.beyond is (len(crossings) % 2 == 1)


@pytest.mark.parametrize(
    ("moment", "threshold", "price", "opens", "text"),
    [
        (
            "2026-11-24 01:05",
            ABOVE,
            "1234.56",
            True,
            "SP15 RT above 100.00: 1,234.56 at 17:05 PT",
        ),
        (
            "2026-07-01 07:00",
            ABOVE,
            "80",
            False,
            "SP15 RT no longer above 100.00: 80.00 at 00:00 PT",
        ),
        (
            "2026-11-01 08:30",
            BELOW,
            "-25.5",
            True,
            "SP15 RT below −10.00: −25.50 at 01:30 PT",
        ),
        (
            "2026-11-01 09:30",
            BELOW,
            "3",
            False,
            "SP15 RT no longer below −10.00: 3.00 at 01:30 PT",
        ),
    ],
)
def test_an_alert_reads_with_a_true_minus_and_a_pacific_clock(
    moment: str, threshold: Threshold, price: str, opens: bool, text: str
) -> None:
    crossing = Crossing(utc(moment), Decimal(price), opens)
    worded = wording("SP15", "RT", threshold, crossing)
    assert worded == text
    assert "-" not in worded


@pytest.mark.parametrize("price", ["-0.00499", "-0.00001", "-0.005", "0.004"])
def test_a_price_that_rounds_to_zero_has_no_minus(price: str) -> None:
    worded = wording(
        "SP15", "RT", Threshold("below", Decimal(0)), Crossing(START, Decimal(price), opens=True)
    )
    assert worded == "SP15 RT below 0.00: 0.00 at 17:00 PT"
