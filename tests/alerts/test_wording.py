"""Alerts in words: a price and the limit it crossed never read the same."""

from decimal import Decimal

import pytest

from alerts import wording
from alerts.rules.rule import Requirement
from market.markets import Market
from tests.conftest import utc


def crossed(watched: str, direction: str, limit: str, value: str, price: str = "40") -> str:
    """The text for a value beyond a limit."""
    condition = Requirement(watched, direction, Decimal(limit), Decimal(limit))
    words = wording.subject("SP15", Market.RTM, [condition])
    lmp = Decimal(value if watched == "lmp" else price)
    return wording.crossed(words, condition, lmp, Decimal(value), "12:00 PT")


@pytest.mark.parametrize(
    ("watched", "direction", "limit", "value", "figures"),
    [
        ("lmp", "below", "0", "-0.00001", "below 0.00: −0.00001"),
        ("lmp", "below", "0", "-0.004", "below 0.00: −0.004"),
        ("lmp", "below", "0", "-0.005", "below 0.00: −0.005"),
        ("lmp", "below", "0", "-0.01", "below 0.00: −0.01"),
        ("lmp", "above", "100", "100.00001", "above 100.00: 100.00001"),
        ("lmp", "above", "100", "100.004", "above 100.00: 100.004"),
        ("lmp", "above", "100", "519.51556", "above 100.00: 519.52"),
        ("lmp", "above", "100.005", "100.00600", "above 100.005: 100.01"),
        ("lmp", "above", "100.50000", "1100.5", "above 100.50: 1,100.50"),
        ("lmp", "above", "100", "100", "above 100.00: 100.00"),
        ("spread", "below", "-20", "-20.001", "spread below −20.00: spread −20.001, price 40.00"),
        ("loss", "above", "0", "0.00002", "loss above 0.00: loss 0.00002, price 40.00"),
    ],
)
def test_a_value_has_enough_decimals_to_differ_from_the_limit(
    watched: str, direction: str, limit: str, value: str, figures: str
) -> None:
    assert crossed(watched, direction, limit, value) == f"SP15 real-time {figures} at 12:00 PT"


def test_nothing_reads_minus_zero() -> None:
    condition = Requirement("cheapest", "below", Decimal(25), Decimal(25), 0)
    text = wording.crossed("SP15", condition, Decimal("-0.00001"), Decimal(1), "12:00 PT")
    assert text == "SP15: 0.00 at 12:00 PT"


@pytest.mark.parametrize(
    ("was", "now", "prices"),
    [
        ("519.5", "40", "40.00, not 519.50"),
        ("100.003", "99.998", "99.998, not 100.003"),
        ("0.00001", "-0.00001", "−0.00001, not 0.00001"),
    ],
)
def test_a_correction_never_replaces_a_price_by_the_same(was: str, now: str, prices: str) -> None:
    text = wording.retracted("SP15", Decimal(was), Decimal(now), "12:00 PT", "corrected")
    assert text == f"SP15: retracted, 12:00 PT is {prices} (corrected)"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SP15: 120.00 at 23:45 PT", "SP15: 120.00 at Tue 14 Jul 23:45 PT"),
        ("SP15: 120.00 at Tue 14 Jul 23:45 PT", "SP15: 120.00 at Tue 14 Jul 23:45 PT"),
        ("SP15: rule changed", "SP15: rule changed (Wed 15 Jul 00:01 PT)"),
    ],
)
def test_a_text_is_given_the_day_it_does_not_name(text: str, found: str) -> None:
    assert wording.dated(text, utc("2026-07-15 06:45"), utc("2026-07-15 07:01")) == found
