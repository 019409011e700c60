"""The sentences that an operator reads."""

from datetime import timedelta
from typing import Any

import pytest

from battery.advice.reasons import (
    EMPTY,
    FULL,
    NO_GRID_IN,
    Next,
    Situation,
    dollars,
    no_prices,
    out_of_service,
    reason,
    stale_prices,
)
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")
HOUR = timedelta(hours=1)
EVENING = Next("discharge", utc("2026-07-15 01:40"), 92.4, assumed=False)
USUAL: dict[str, Any] = {
    "starts": NOON,
    "action": "charge",
    "price": -4.18,
    "published": True,
    "worth": 31.2,
    "brings": 0.0,
    "pays_up_to": 28.9,
    "pays_from": 44.6,
    "no_charging": "",
    "no_discharging": "",
    "next": EVENING,
}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {},
            "Charging at −4: a stored MWh is worth 31 after losses and wear; planned sale 18:40 at "
            "about 92.",
        ),
        (
            {"published": False, "next": None},
            "Charging at about −4: a stored MWh is worth 31 after losses and wear.",
        ),
        (
            {"worth": None, "price": 90.0, "next": None},
            "Charging at 90: there is just time enough to end as charged as it must.",
        ),
        (
            {
                "action": "discharge",
                "price": 1015.0,
                "worth": 41.0,
                "brings": 931.7,
                "next": Next("charge", NOON + 20 * HOUR, 12.0, assumed=True),
            },
            "Discharging at 1,015: a stored MWh brings 932 now after losses and wear, kept it is "
            "worth 41; planned charge tomorrow 08:00 at about 12, if tomorrow is priced like "
            "today.",
        ),
        (
            {"action": "hold", "price": 37.0},
            "Holding at 37: charging pays up to 29, discharging from 45; planned sale 18:40 at "
            "about 92.",
        ),
        (
            {"action": "hold", "pays_up_to": None, "no_charging": FULL, "price": 37.0},
            "Holding at 37: the battery is full, and discharging pays from 45; planned sale 18:40 "
            "at about 92.",
        ),
        (
            {
                "action": "hold",
                "pays_from": None,
                "no_discharging": EMPTY,
                "price": 37.0,
                "next": None,
            },
            "Holding at 37: the battery is empty, and charging pays up to 29.",
        ),
        (
            {
                "action": "hold",
                "pays_up_to": None,
                "pays_from": None,
                "no_charging": NO_GRID_IN,
                "no_discharging": EMPTY,
                "next": None,
            },
            "Holding at −4: the grid allows no charging, and the battery is empty.",
        ),
    ],
)
def test_a_reason_is_a_sentence_of_the_numbers(changed: dict[str, Any], sentence: str) -> None:
    assert reason(Situation(**USUAL | changed)) == sentence


@pytest.mark.parametrize(
    ("starts", "sale", "assumed", "words"),
    [
        ("2026-07-15 06:55", "2026-07-15 06:58", False, "23:58 at"),
        # Advice for the day's first interval is made before midnight, and read after it.
        ("2026-07-15 07:00", "2026-07-16 01:00", False, "sale 18:00 at"),
        ("2026-07-15 06:55", "2026-07-16 01:00", False, "sale tomorrow 18:00 at"),
        ("2026-07-15 06:55", "2026-07-16 15:00", True, "Thursday 08:00 at about 92, if that day"),
        (
            "2026-07-14 19:00",
            "2026-07-15 01:00",
            True,
            "18:00 at about 92, if today is priced like",
        ),
        # The night with 25 hours, 1:30 of winter.
        ("2026-11-01 06:00", "2026-11-01 09:30", False, "tomorrow 01:30 at"),
    ],
)
def test_a_plan_s_day_is_seen_from_the_interval(
    starts: str, sale: str, assumed: bool, words: str
) -> None:
    planned = Next("discharge", utc(sale), 92.0, assumed)
    said = reason(Situation(**USUAL | {"starts": utc(starts), "next": planned}))
    assert words in said


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (4, "until 16:00"),
        (26, "until tomorrow 14:00"),
        (50, "Thursday 14:00"),
        (240, "Jul 24 12:00"),
    ],
)
def test_an_outage_s_end_has_its_day(until: int, words: str) -> None:
    assert words in out_of_service(NOON + until * HOUR, NOON)


def test_a_missing_hour_is_named() -> None:
    assert no_prices("SP15", NOON + 15 * HOUR, NOON) == (
        "Holding: no day-ahead price of SP15 is held for tomorrow 03:00 or the same hour of the "
        "days before."
    )


def test_old_prices_are_said_to_be_old() -> None:
    assert "of 11:25, 35 minutes earlier" in stale_prices(NOON - timedelta(minutes=35), NOON)
    assert "no real-time price of the last hours" in stale_prices(None, NOON)


@pytest.mark.parametrize(
    ("price", "text"),
    [(-4.18, "−4"), (-0.4, "0"), (0.0, "0"), (0.6, "1"), (1015.2, "1,015"), (-1500.0, "−1,500")],
)
def test_dollars_are_whole(price: float, text: str) -> None:
    assert dollars(price) == text
