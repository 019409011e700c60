import math
import statistics
import struct
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.operating_dates import Slot, slots
from simulator.prices import Components, forced, price, price_text, single
from simulator.pricing_nodes import DEFAULT_NODES, HUBS
from simulator.reports import Market
from tests.simulator.conftest import SP15

pytestmark = pytest.mark.long

YEAR = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
CENT_OF_A_MILL = Decimal("0.00001")


def some_slot(day: int, nth: int, market: Market) -> Slot:
    intervals = slots(YEAR[day], market.seconds)
    return intervals[nth % len(intervals)]


def unexplained(found: Components) -> Decimal:
    return abs(found.lmp - found.energy - found.congestion - found.loss - found.ghg)


def rounded_by(found: Components) -> Decimal:
    """A step of a float as large as the largest, and half of the last place, for each of five."""
    largest = max(map(abs, (found.lmp, found.energy, found.congestion, found.loss, found.ghg)))
    step = 2.0 ** (math.frexp(float(largest))[1] - 24)
    return 5 * Decimal(step) + 5 * CENT_OF_A_MILL / 2


@given(
    seed=st.integers(0, 2**40),
    node=st.sampled_from(DEFAULT_NODES),
    market=st.sampled_from(Market),
    day=st.integers(0, 364),
    nth=st.integers(0, 299),
    revised=st.booleans(),
)
def test_the_components_of_every_price_add_up(seed, node, market, day, nth, revised):
    found = price(seed, node, market, some_slot(day, nth, market), revised=revised)

    assert unexplained(found) <= rounded_by(found)
    assert -500 < found.lmp < 2500
    assert all(value.as_tuple().exponent == -5 for value in (found.lmp, found.energy))


@given(st.decimals(-150, 2000, places=5), st.integers(0, 287))
def test_a_forced_price_is_the_one_asked_for_and_adds_up_within_its_energys_rounding(lmp, nth):
    usual = price(1, SP15, Market.RTM, some_slot(100, nth, Market.RTM))

    found = forced(usual, lmp)

    assert found.lmp == lmp
    assert unexplained(found) <= (0 if abs(found.energy) < 128 else rounded_by(found))


@pytest.fixture(scope="module")
def evenings() -> dict[int, Components]:
    """A year of real-time prices from 16:00 to 22:00, by their time."""
    some = [slot for day in YEAR for slot in slots(day, 300)[16 * 12 : 22 * 12]]
    return {slot.epoch: price(1, SP15, Market.RTM, slot) for slot in some}


def test_spikes_miss_their_sum_by_more_than_cents_of_a_mill(evenings):
    prices = evenings.values()
    high = [unexplained(found) for found in prices if found.lmp > 700]

    assert len(high) >= 10
    assert max(high) > Decimal("0.00005")
    assert all(found.lmp == single(float(found.lmp)) for found in prices)


@given(st.floats(-5000, 5000))
def test_a_value_is_the_shortest_decimal_of_its_four_bytes(value):
    shown = single(value)
    text = price_text(shown)

    assert struct.pack("f", float(shown)) == struct.pack("f", round(value, 5))
    assert single(float(shown)) == shown
    assert len(text.partition(".")[2]) <= 5
    if abs(value) >= 128 and "." in text:
        assert struct.pack("f", float(text[:-1])) != struct.pack("f", float(text))


@pytest.mark.parametrize(
    ("value", "text"),
    [(1065.45389, "1065.4539"), (1126.98733, "1126.9873"), (-61.53351, "-61.53351"),
     (519.51556, "519.51556"), (127.99999, "127.99999"), (0.00001, "0.00001"), (2100, "2100")],
)  # fmt: skip
def test_values_are_written_as_the_recordings_write_them(value, text):
    assert price_text(single(value)) == text


def test_a_price_is_the_same_in_every_process():
    slot = slots(date(2025, 6, 20), 300)[144]

    assert str(price(1, SP15, Market.RTM, slot).lmp) == "0.07944"
    assert str(price(1, "SIMUL07_7_N001", Market.RTM, slot).lmp) == "0.08035"


def test_another_seed_gives_other_prices_and_a_revision_another_price():
    slot = slots(date(2025, 6, 20), 300)[144]
    usual = price(1, SP15, Market.RTM, slot)

    assert price(2, SP15, Market.RTM, slot) != usual
    assert price(1, SP15, Market.RTM, slot, revised=True).lmp != usual.lmp


def test_the_hubs_share_their_energy_price_and_part_by_congestion():
    intervals = [slot for day in YEAR[90:120] for slot in slots(day, 3600)]
    hubs = [[price(1, hub, Market.DAM, slot) for slot in intervals] for hub in HUBS]

    for north, south, middle in zip(*hubs, strict=True):
        assert north.energy == south.energy == middle.energy
    assert any(north.congestion > 5 > south.congestion for north, south, _ in zip(*hubs))  # noqa: B905
    assert any(price.congestion == 0 for price in hubs[1])


def test_only_areas_outside_california_pay_for_carbon():
    slot = slots(date(2025, 6, 20), 3600)[3]

    assert price(1, SP15, Market.DAM, slot).ghg == 0
    assert price(1, "ELAP_PACW-APND", Market.DAM, slot).ghg < 0


@pytest.mark.parametrize("market", [Market.RTPD, Market.RTM])
def test_a_year_of_real_time_prices_has_the_shape_of_sp15(market):
    sampled = [slot for day in YEAR[::3] for slot in slots(day, market.seconds)[1::3]]
    lmps = [float(price(1, SP15, market, slot).lmp) for slot in sampled]

    assert 30 < statistics.mean(lmps) < 55
    assert 0.06 < sum(lmp < 0 for lmp in lmps) / len(lmps) < 0.15
    assert 0.02 < sum(lmp > 100 for lmp in lmps) / len(lmps) < 0.13


def test_prices_are_negative_at_a_spring_midday_and_high_in_the_evening():
    april = [slot for day in YEAR[95:125] for slot in slots(day, 3600)]
    by_hour = {
        hour: statistics.mean(
            float(price(1, SP15, Market.DAM, slot).lmp) for slot in april if slot.opr_hr == hour
        )
        for hour in (4, 8, 13, 20)
    }

    assert by_hour[13] < 0 < by_hour[4] < by_hour[20]
    assert 60 < by_hour[20] < 130


def test_a_price_over_a_thousand_is_rare_and_lasts_less_than_half_an_hour(evenings):
    high = [epoch for epoch, found in evenings.items() if found.lmp > 1000]

    assert 3 <= len(high) <= 80
    starts = [epoch for epoch in high if epoch - 300 not in high]
    assert all(epoch + 1800 not in high for epoch in starts)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.00000", "0"), ("-0.00000", "0"), ("46.66336", "46.66336"), ("50.77010", "50.7701"),
     ("100.00000", "100"), ("-1.50000", "-1.5"), ("0.00001", "0.00001")],
)  # fmt: skip
def test_a_price_is_written_as_short_as_it_can_be(value, text):
    assert price_text(Decimal(value)) == text
