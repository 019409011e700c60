"""Batteries that there can be, and others."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from battery.models import Advice, Battery, GridLimit, NeverChanged, SocReading
from prices.models import Node
from tests.battery.advised import PLAIN, advice, battery
from tests.conftest import utc

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")


def built(**changed: Any) -> Battery:
    values = {name: Decimal(str(v)) if isinstance(v, float) else v for name, v in changed.items()}
    return Battery(**PLAIN | {"name": "New", "node": Node.objects.first()} | values)


def test_the_example_can_be_and_is_half_charged() -> None:
    example = Battery.objects.get()
    example.full_clean()
    assert example.size == "1 MW / 4 MWh at SP15"
    assert (example.shown_start_mwh, example.cycle_cap_per_day) == (2.0, None)


@pytest.mark.parametrize(
    ("power", "energy", "size"),
    [
        ("0.001", "0.004", "0.001 MW / 0.004 MWh"),
        ("9999", "123456.789", "9,999 MW / 123,456.789 MWh"),
    ],
)
def test_a_battery_of_any_size_says_it_in_full(power: str, energy: str, size: str) -> None:
    found = built(power_out_mw=Decimal(power), energy_mwh=Decimal(energy))
    assert found.size == f"{size} at SP15"


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"power_in_mw": 0.0}, "power_in_mw", "The charging power must be above 0."),
        ({"power_out_mw": -1.0}, "power_out_mw", "The discharging power must be above 0."),
        ({"energy_mwh": 0.0}, "energy_mwh", "The energy must be above 0."),
        ({"round_trip_percent": 0.0}, "round_trip_percent", "greater than or equal to 0.01"),
        ({"round_trip_percent": 100.5}, "round_trip_percent", "less than or equal to 100"),
        ({"charge_percent": 0.0}, "charge_percent", "greater than or equal to 0.01"),
        ({"charge_percent": 101.0}, "charge_percent", "less than or equal to 100"),
        ({"charge_percent": 80.0}, "charge_percent", "Below the round trip, discharging would"),
        ({"soc_min_mwh": -0.5}, "soc_min_mwh", "can't be below 0"),
        ({"soc_max_mwh": 4.5}, "soc_max_mwh", "can't be above the energy of 4 MWh"),
        ({"soc_min_mwh": 3.0, "soc_max_mwh": 1.0}, "soc_min_mwh", "must be below the highest"),
        ({"soc_min_mwh": 2.0, "soc_max_mwh": 2.0}, "soc_min_mwh", "must be below the highest"),
        ({"start_soc_mwh": 5.0}, "start_soc_mwh", "5 MWh lies outside of 0 to 4 MWh"),
        ({"end_soc_mwh": 4.5}, "end_soc_mwh", "4.5 MWh lies outside of 0 to 4 MWh"),
        ({"end_soc_mwh": 0.5, "soc_min_mwh": 1.0}, "end_soc_mwh", "outside of 1 to 4 MWh"),
        (
            {"energy_mwh": 100.0, "end_soc_mwh": 90.0, "charge_percent": 100.0},
            "end_soc_mwh",
            "From 2 MWh it can't be charged to 90 MWh within 24 hours: at 1 MW they store 24 MWh.",
        ),
        ({"end_soc_mwh": 3.0, "left_usd_mwh": 20.0}, "left_usd_mwh", "not both"),
        ({"wear_usd_mwh": -1.0}, "wear_usd_mwh", "greater than or equal to 0"),
        ({"cycles_per_day": 0.0}, "cycles_per_day", "greater than or equal to 0.01"),
        ({"name": "a\u202eb"}, "name", ""),
        ({"name": "Example 1 MW / 4 MWh"}, "name", "already exists"),
        ({"market": "DAM"}, "market", "not a valid choice"),
        ({"wear_usd_mwh": None}, "wear_usd_mwh", "cannot be null"),
        ({"soc_min_mwh": None}, "soc_min_mwh", "cannot be null"),
    ],
)
def test_a_battery_that_there_cannot_be_is_refused_with_a_sentence_at_its_field(
    wrong: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        built(**wrong).full_clean()
    assert list(refused.value.message_dict) == [field]
    [said] = refused.value.message_dict[field]
    assert sentence in said


@pytest.mark.parametrize(
    "right",
    [
        {"end_soc_mwh": 4.0},
        {"energy_mwh": 25.0, "end_soc_mwh": 24.0},
        {"charge_percent": 100.0},
        {"charge_percent": 86.0},
        {"round_trip_percent": 100.0},
        {"start_soc_mwh": None, "left_usd_mwh": -5.0},
        {"cycles_per_day": 1.5, "cycles_per_year": 300.0},
    ],
)
def test_a_battery_that_there_can_be_is_taken(right: dict[str, Any]) -> None:
    built(**right).full_clean()


def test_the_tighter_of_the_two_caps_counts() -> None:
    assert built(cycles_per_day=1.0, cycles_per_year=300.0).cycle_cap_per_day == pytest.approx(
        300 / 365.25
    )
    assert built(cycles_per_day=0.5, cycles_per_year=300.0).cycle_cap_per_day == 0.5


def test_the_losses_are_alike_in_both_directions_unless_it_is_said() -> None:
    charge, discharge = built().efficiencies
    assert charge == pytest.approx(discharge)
    assert charge * discharge == pytest.approx(0.86)
    assert built(charge_percent=95.0).efficiencies == pytest.approx((0.95, 0.86 / 0.95))


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"from_hour": 5, "until_hour": 5, "max_in_mw": 1}, "begins and ends at the same hour"),
        ({"from_hour": 5, "until_hour": 6}, "Give a limit"),
        ({"from_hour": 24, "until_hour": 6, "max_in_mw": 1}, "less than or equal to 23"),
        ({"from_hour": 5, "until_hour": 6, "max_out_mw": -1}, "greater than or equal to 0"),
    ],
)
def test_a_grid_limit_that_limits_nothing_is_refused(limit: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        GridLimit(battery=Battery.objects.get(), **limit).full_clean()


@pytest.mark.parametrize(
    ("soc", "minutes", "field", "sentence"),
    [
        ("4.001", 0, "soc_mwh", "It lies outside of the window of 0 to 4 MWh."),
        ("-0.001", 0, "soc_mwh", "It lies outside of the window of 0 to 4 MWh."),
        ("2.0", 2, "at", "It lies in the future."),
        ("2.0", -61, "at", "A newer one was reported: at 2026-07-14 11:00:00 PDT."),
    ],
)
def test_a_state_of_charge_that_cannot_be_is_refused(
    soc: str, minutes: int, field: str, sentence: str
) -> None:
    of = Battery.objects.get()
    SocReading.objects.create(battery=of, at=NOON - timedelta(hours=1), soc_mwh=Decimal(1))
    at = NOON + timedelta(minutes=minutes)
    reading = SocReading(battery=of, at=at, soc_mwh=Decimal(soc), recorded_at=NOON)
    with pytest.raises(ValidationError) as refused:
        reading.full_clean()
    assert refused.value.message_dict == {field: [sentence]}


def test_a_full_battery_may_say_so() -> None:
    of = battery(energy_mwh=Decimal("2.3"))
    SocReading(battery=of, at=NOON, soc_mwh=Decimal("2.3"), recorded_at=NOON).full_clean()


def test_what_was_advised_is_never_changed() -> None:
    one = advice(Battery.objects.get(), NOON)
    one.action = "charge"
    with pytest.raises(NeverChanged):
        one.save()
    with pytest.raises(NeverChanged):
        Advice.objects.filter(pk=one.pk).update(action="charge")
    with pytest.raises(NeverChanged), transaction.atomic():
        Advice.objects.bulk_update([one], ["action"])
    with pytest.raises(NeverChanged):
        Advice.objects.bulk_create(
            [one], update_conflicts=True, unique_fields=["id"], update_fields=["action"]
        )
    assert Advice.objects.get().action == "hold"


def test_another_row_with_the_key_of_what_was_advised_does_not_replace_it() -> None:
    one = advice(Battery.objects.get(), NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        advice(one.battery, NOON, -1.0, pk=one.pk)
    assert Advice.objects.get().action == "hold"
