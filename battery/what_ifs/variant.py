"""A battery as it would be if it were changed. Pure, and without numpy."""

from collections.abc import Mapping
from dataclasses import replace
from math import isclose, isfinite
from typing import Any, NamedTuple

from battery.asset import Asset, Impossible, checked, split_evenly
from battery.grid_hours import GridHours

DAYS, MOST_DAYS = 30, 92
LARGEST = 1_000_000.0
NUMBERS = ("energy_mwh", "power_mw", "round_trip_percent", "wear_usd_mwh", "cycles_per_day")
NAMES = {
    "energy_mwh": "energy",
    "power_mw": "power",
    "round_trip_percent": "round-trip efficiency",
    "wear_usd_mwh": "wear cost",
    "cycles_per_day": "cap on cycles",
}


class Variant(NamedTuple):
    """What a battery can do, how many cycles a day it may make on average, and the grid's hours."""

    asset: Asset
    cap: float | None
    grid: tuple[GridHours, ...]


def changed(variant: Variant, change: Mapping[str, Any]) -> Variant:
    """With these values in place of its own. Raises Impossible with a sentence.

    Other energy scales the window of the state of charge; a power is that of both directions; the
    losses of another round trip are alike both ways; a cap of 0 is none.
    """
    values = {name: number(name, change[name]) for name in NUMBERS if name in change}
    asset, cap = variant.asset, variant.cap
    if (energy := values.get("energy_mwh")) is not None:
        asset = of_energy(asset, energy)
    if (power := values.get("power_mw")) is not None:
        asset = replace(asset, power_in_mw=power, power_out_mw=power)
    if (percent := values.get("round_trip_percent")) is not None:
        asset = of_round_trip(asset, percent)
    if (wear := values.get("wear_usd_mwh")) is not None:
        asset = asset.with_wear(wear)
    if "cycles_per_day" in values:
        cap = values["cycles_per_day"] or None
    if cap is not None and cap < 0:
        raise Impossible("The cap on cycles can't be negative.", "cycles_per_day")
    return Variant(checked(asset, start_mwh=asset.soc_min_mwh), cap, variant.grid)


def number(name: str, value: Any) -> float | None:
    """A finite number, not too large to calculate with; only a cap may be None."""
    if value is None and name == "cycles_per_day":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Impossible(f"The {NAMES[name]} must be a number.", name)
    if abs(value) > LARGEST:
        raise Impossible(f"The {NAMES[name]} must be at most {LARGEST:,.0f}.", name)
    return float(value)


def of_energy(asset: Asset, energy_mwh: float) -> Asset:
    if not energy_mwh > 0:
        raise Impossible("The energy must be above 0.", "energy_mwh")
    scale = energy_mwh / asset.energy_mwh
    return replace(
        asset,
        energy_mwh=energy_mwh,
        soc_min_mwh=asset.soc_min_mwh * scale,
        soc_max_mwh=min(asset.soc_max_mwh * scale, energy_mwh),
    )


def of_round_trip(asset: Asset, percent: float) -> Asset:
    if not 0 < percent <= 100:
        raise Impossible(
            "The round-trip efficiency must be above 0 and at most 100 %.", "round_trip_percent"
        )
    if isclose(percent / 100, asset.round_trip):
        return asset
    charge, discharge = split_evenly(percent / 100)
    return replace(asset, charge_efficiency=charge, discharge_efficiency=min(discharge, 1.0))


def days_of(change: Mapping[str, Any]) -> int:
    """Over how many past days. Raises Impossible with a sentence."""
    days = change.get("days", DAYS)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise Impossible(f"Ask for 1 to {MOST_DAYS} days.", "days")
    return days
