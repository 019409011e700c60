"""Variants of a battery over made-up days: what caps and sizes do to what was earned."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from battery.asset import Asset, Impossible
from battery.grid_hours import GridHours
from battery.history import AHEAD, History, clock_hours
from battery.what_ifs.results import outcome, sums
from battery.what_ifs.variant import Variant, changed
from market.intervals import day_bounds
from market.markets import Market
from tests.battery.days import asset

FIRST, DAYS = date(2026, 10, 25), 14  # with the day of 25 hours
BEFORE = timedelta(days=30)
BATTERY = Variant(asset(), None, ())


@pytest.fixture(scope="module")
def history() -> History:
    """Two weeks with a trough at noon, a peak in the evening, and noise around them.

    Of the month before them day-ahead prices alone.
    """
    start, end = day_bounds(FIRST - BEFORE)[0], day_bounds(FIRST + timedelta(days=DAYS - 1))[1]
    count = int((end - start).total_seconds()) // 3600
    clock = clock_hours(start, count + int(AHEAD.total_seconds()) // 3600)
    luck = np.random.default_rng(5)
    hourly = 40 - 45 * np.exp(-(((clock - 12) / 3) ** 2)) + 60 * np.exp(-(((clock - 19) / 2) ** 2))
    hourly = hourly + luck.normal(0, 8, len(hourly))
    rt = np.repeat(hourly[:count], 4) + luck.normal(0, 15, 4 * count)
    hourly[count:] = np.nan
    rt[: int(BEFORE.total_seconds()) // 900] = np.nan
    return History(Market.RTPD, int(start.timestamp()), 900, rt, hourly, clock)


def over(history: History, variant: Variant) -> dict[str, float]:
    days = [FIRST + timedelta(days=nth) for nth in range(DAYS)]
    assert all(history.is_whole(day) for day in days)
    return sums(outcome(history, days, variant))


def test_nobody_exceeds_perfect_foresight(history: History) -> None:
    found = over(history, BATTERY)
    assert 0 < found["net_usd"] < found["perfect_usd"]
    assert found["net_usd"] == pytest.approx(found["revenue_usd"] - found["wear_usd"], abs=0.005)


def test_a_cap_is_about_met_and_what_it_costs_is_bounded(history: History) -> None:
    free, capped = over(history, BATTERY), over(history, BATTERY._replace(cap=0.5))
    assert free["cycles"] > 1
    assert capped["cycles"] == pytest.approx(0.5, abs=0.15)
    assert capped["net_usd"] < capped["perfect_usd"] < free["perfect_usd"]
    # Wear is what it costs the cells, without the price that keeps the cap.
    usable = BATTERY.asset.usable_mwh * BATTERY.asset.discharge_efficiency
    assert capped["wear_usd"] == pytest.approx(capped["cycles"] * DAYS * usable * 10, rel=0.01)
    assert over(history, BATTERY._replace(cap=9.0)) == free


def test_larger_more_efficient_and_less_worn_batteries_earn_more(history: History) -> None:
    for changes in (
        [{"energy_mwh": mwh} for mwh in (2, 4, 8)],
        [{"power_mw": mw} for mw in (0.5, 1, 2)],
        [{"round_trip_percent": percent} for percent in (70, 86, 100)],
        [{"wear_usd_mwh": usd} for usd in (40, 10, 0)],
    ):
        nets = [over(history, changed(BATTERY, change))["perfect_usd"] for change in changes]
        assert all(less < more for less, more in pairwise(nets))


def test_what_the_grid_forbids_is_in_neither(history: History) -> None:
    shut = BATTERY._replace(grid=(GridHours(0, 24, 0.0, 0.0),))
    assert over(history, shut)["net_usd"] == over(history, shut)["perfect_usd"] == 0


def test_nothing_changed_is_the_same_battery() -> None:
    same = {
        "energy_mwh": 4.0,
        "power_mw": 1.0,
        "round_trip_percent": 86.0,
        "wear_usd_mwh": 10.0,
        "cycles_per_day": 0,
    }
    found = changed(BATTERY, same)
    assert found == BATTERY
    assert changed(BATTERY._replace(cap=1.0), {}).cap == 1.0
    assert changed(BATTERY._replace(cap=1.0), {"cycles_per_day": None}).cap is None


def test_other_energy_scales_the_window() -> None:
    half = Asset(1, 1, 4, 0.9, 0.9, soc_min_mwh=0.4, soc_max_mwh=3.6)
    found = changed(Variant(half, None, ()), {"energy_mwh": 8}).asset
    assert (found.soc_min_mwh, found.soc_max_mwh, found.energy_mwh) == (0.8, 7.2, 8)


def test_losses_of_another_round_trip_are_alike_both_ways() -> None:
    odd = Asset(1, 1, 4, 0.95, 0.9, soc_min_mwh=0, soc_max_mwh=4)
    found = changed(Variant(odd, None, ()), {"round_trip_percent": 81}).asset
    assert found.charge_efficiency == pytest.approx(0.9)
    assert found.round_trip == pytest.approx(0.81)
    kept = changed(Variant(odd, None, ()), {"round_trip_percent": 95 * 0.9}).asset
    assert kept.charge_efficiency == 0.95


def test_a_window_without_room_is_refused() -> None:
    with pytest.raises(Impossible):
        changed(Variant(asset(soc_min_mwh=4.0), None, ()), {})
