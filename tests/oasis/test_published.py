"""What makes a published price believable, at every size that prices have."""

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.markets import Market
from oasis.published import PublishedPrice, checked, rounding
from tests.conftest import utc

START = utc("2022-09-07 02:00")


def price(*values: str | Decimal | None) -> PublishedPrice:
    """LMP, energy, congestion, loss and greenhouse gas, as they are written."""
    numbers = [None if value is None else Decimal(value) for value in values]
    return PublishedPrice("TH_NP15_GEN-APND", Market.DAM, START, *numbers)  # type: ignore[arg-type]


def as_caiso_writes(value: float) -> str:
    """Five places, kept in four bytes, written with as few digits as still mean the same."""
    (kept,) = struct.unpack("f", struct.pack("f", round(value, 5)))
    for places in range(6):
        text = f"{kept:.{places}f}"
        if struct.pack("f", float(text)) == struct.pack("f", kept):
            return text
    raise AssertionError(f"{value} has no short decimal")


def parts(most: float) -> st.SearchStrategy[tuple[float, float, float, float]]:
    """Energy, congestion, loss and greenhouse gas up to this size."""
    energy, others = st.floats(-most, most), st.floats(-most / 3, most / 3)
    return st.tuples(energy, others, st.floats(-most / 20, most / 20), st.floats(-50, 50))


SIZES = st.sampled_from([1.0, 60.0, 250.0, 1_100.0, 2_100.0, 5_000.0]).flatmap(parts)


@given(SIZES)
def test_a_sum_that_misses_by_single_precision_is_verified_at_every_size(
    found: tuple[float, float, float, float],
) -> None:
    written = price(*(as_caiso_writes(value) for value in (sum(found), *found)))
    assert checked(written) == written
    assert written.verified


@given(SIZES, st.floats(1.05, 3), st.sampled_from([-1, 1]))
def test_a_sum_that_misses_by_over_one_percent_is_rejected_at_every_size(
    found: tuple[float, float, float, float], times: float, sign: int
) -> None:
    lmp = sum(found)
    largest = max(map(abs, (lmp, *found)))
    off = sign * (max(largest / 100, 0.01) * times)
    written = price(*(as_caiso_writes(value) for value in (lmp + off, *found)))
    result = checked(written)
    # Where the miss makes the LMP itself the largest, a hundredth of it is a little more.
    if abs(lmp + off) <= largest:
        assert isinstance(result, str)
        assert "the components add up to" in result


@given(SIZES)
def test_a_missing_greenhouse_gas_component_is_what_the_others_lack(
    found: tuple[float, float, float, float],
) -> None:
    lmp, *shown = (as_caiso_writes(value) for value in (sum(found), *found[:3]))
    result = checked(price(lmp, *shown, None))
    assert isinstance(result, PublishedPrice)
    largest = max(map(abs, (result.lmp, result.energy, result.congestion, result.loss)))
    assert abs((result.ghg or 0) - Decimal(found[3])) <= 2 * rounding(largest)
    assert result.verified
    assert checked(result) == result


@pytest.mark.parametrize(
    "values",
    [
        ("1065.4539", "1126.9873", "0", "-61.53351", "0"),  # NP15, 2022-09-07T02Z
        ("519.51556", "519.51552", "0", "0", None),
        ("0", "0", "0", "0", "0"),
    ],
)
def test_the_prices_of_record_hours_are_verified(values: tuple[str | None, ...]) -> None:
    assert checked(price(*values)) == price(*values)


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        ("0.00061", "verified"),
        ("0.0007", "unverified"),
        ("11.2", "unverified"),
        ("11.6", "refused"),
        ("-11.2", "unverified"),
        ("-11.6", "refused"),
    ],
)
def test_a_spike_that_misses_by_more_than_rounding_is_unverified_or_rejected(
    off: str, expected: str
) -> None:
    result = checked(price(Decimal(1100) + Decimal(off), "1126", "-1", "-25", "0"))
    verified = result.verified if isinstance(result, PublishedPrice) else None
    assert {True: "verified", False: "unverified", None: "refused"}[verified] == expected


@pytest.mark.parametrize(
    ("off", "expected"), [("0.00002", True), ("0.0001", False), ("0.01", False), ("0.011", None)]
)
def test_tiny_prices_may_miss_by_a_cent_before_they_are_rejected(
    off: str, expected: bool | None
) -> None:
    result = checked(price(Decimal("0.05") + Decimal(off), "0.04", "0.02", "-0.01", "0"))
    assert (result.verified if isinstance(result, PublishedPrice) else None) is expected


@pytest.mark.parametrize(
    ("lmp", "ghg"), [("40", None), ("40.00004", None), ("43.67043", "3.67043"), ("-160", "-200")]
)
def test_a_greenhouse_gas_component_is_worked_out_only_if_rounding_does_not_explain_it(
    lmp: str, ghg: str | None
) -> None:
    result = checked(price(lmp, "41", "-0.5", "-0.5", None))
    assert result == price(lmp, "41", "-0.5", "-0.5", ghg)


def test_a_difference_of_over_200_dollars_is_no_greenhouse_gas_component() -> None:
    result = checked(price("240.00001", "41", "-0.5", "-0.5", None))
    assert result == "the components add up to 40.0, not to the LMP 240.00001"


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("size", ["10000.00001", "-10000.00001"])
def test_a_price_beyond_ten_thousand_dollars_is_rejected(place: int, size: str) -> None:
    values = ["0", "0", "0", "0"]
    values[place] = size
    assert checked(price(*values, "0")) == "a price beyond ±10,000 $/MWh"
