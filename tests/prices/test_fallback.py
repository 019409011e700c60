"""What is shown where no price is: a ladder, and each step says which it is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from market.markets import Market
from prices.fallback import Known, Shown, shown
from tests.conftest import utc

RUNNING = "2026-11-24 01:05"
NOW = utc("2026-11-24 01:07")


def known(lmp: str, *, corrected: bool = False) -> Known:
    """A held price."""
    return Known(Decimal(lmp), corrected)


def best(
    held: dict[str, str], now: str = "2026-11-24 01:07", market: Market = Market.RTM
) -> tuple[str, str] | None:
    """The price shown and how it was come by, with these prices held."""
    prices = {utc(start): known(lmp) for start, lmp in held.items()}
    found = shown(prices, market, now=utc(now))
    return found and (str(found.lmp), found.quality)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({}, None),
        ({RUNNING: "40"}, ("40", "observed")),
        ({RUNNING: "-40", "2026-11-24 01:00": "1"}, ("-40", "observed")),
        ({RUNNING: "0"}, ("0", "observed")),
        # Not yet here: the newest before it, while that began at most 15 minutes ago.
        ({"2026-11-24 01:00": "39", "2026-11-24 00:55": "38"}, ("39", "cached")),
        ({"2026-11-24 00:55": "38"}, ("38", "cached")),
        ({"2026-11-24 00:50": "37"}, None),
        # Published ahead: not for this interval.
        ({"2026-11-24 01:10": "41"}, None),
        ({"2026-11-24 01:10": "41", "2026-11-24 01:00": "39"}, ("39", "cached")),
        # Between two that are at most half an hour apart: on the line.
        ({"2026-11-24 00:50": "10", "2026-11-24 01:20": "40"}, ("25.00000", "interpolated")),
        ({"2026-11-24 00:50": "10", "2026-11-24 01:10": "20"}, ("17.50000", "interpolated")),
        ({"2026-11-24 00:45": "10", "2026-11-24 01:20": "40"}, None),
        # Yesterday at the same time.
        ({"2026-11-23 01:05": "33"}, ("33", "previous_day")),
        ({"2026-11-23 01:05": "33", "2026-11-24 00:50": "37"}, ("33", "previous_day")),
        ({"2026-11-23 01:05": "33", "2026-11-24 00:55": "38"}, ("38", "cached")),
        ({"2026-11-23 01:00": "33"}, None),
    ],
)
def test_each_step_of_the_ladder_is_taken_in_order(
    held: dict[str, str], expected: tuple[str, str] | None
) -> None:
    assert best(held) == expected


@pytest.mark.parametrize(
    ("now", "quality"),
    [("2026-11-24 01:10:00", "cached"), ("2026-11-24 01:10:01", None)],
)
def test_a_price_is_cached_until_15_minutes_after_it_began(now: str, quality: str | None) -> None:
    found = best({"2026-11-24 00:55": "38"}, now)
    assert (found and found[1]) == quality


@pytest.mark.parametrize(
    ("now", "yesterday"),
    [
        ("2026-11-01 20:00", "2026-10-31 19:00"),  # noon; clocks fell back in between
        ("2026-11-01 09:30", "2026-10-31 08:30"),  # the second 01:30
        ("2026-11-01 08:30", "2026-10-31 08:30"),  # the first
        ("2026-03-08 19:00", "2026-03-07 20:00"),  # noon; clocks sprang forward
        ("2026-11-24 20:00", "2026-11-23 20:00"),
    ],
)
def test_yesterday_is_meant_by_the_clock_in_california(now: str, yesterday: str) -> None:
    hour = utc(yesterday).strftime("%Y-%m-%d %H:00")
    assert best({hour: "33"}, now, Market.DAM) == ("33", "previous_day")


def test_an_hour_before_is_neither_cached_nor_a_line_for_the_day_ahead_market() -> None:
    held = {"2026-11-24 00:00": "30", "2026-11-24 02:00": "50"}
    assert best(held, market=Market.DAM) is None


def test_a_corrected_price_is_labelled() -> None:
    found = shown({utc(RUNNING): known("40", corrected=True)}, Market.RTM, now=NOW)
    assert found == Shown(Decimal(40), utc(RUNNING), "corrected")


def test_a_cached_price_keeps_its_own_interval_and_is_not_called_corrected() -> None:
    start = utc(RUNNING) - timedelta(minutes=5)
    found = shown({start: known("39", corrected=True)}, Market.RTM, now=NOW)
    assert found == Shown(Decimal(39), start, "cached")


def test_estimates_are_of_the_running_interval() -> None:
    found = shown({utc("2026-11-23 01:05"): known("33")}, Market.RTM, now=NOW)
    assert found == Shown(Decimal(33), utc(RUNNING), "previous_day")
