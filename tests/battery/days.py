"""Days and batteries made up from a seed: prices below 0, ties, spikes, outages, tight windows."""

from typing import Any

import numpy as np

from battery.asset import Asset, split_evenly

STEPS = [(24, 1.0), (24, 1.0), (24, 1.0), (96, 0.25), (60, 1 / 12)]


def asset(**changes: float) -> Asset:
    """The usual battery: 1 MW, 4 MWh, 86 %, $10 wear."""
    into, out = split_evenly(changes.pop("round_trip", 0.86))
    usual: dict[str, float] = {
        "power_in_mw": 1.0,
        "power_out_mw": 1.0,
        "energy_mwh": 4.0,
        "charge_efficiency": into,
        "discharge_efficiency": out,
        "soc_min_mwh": 0.0,
        "soc_max_mwh": 4.0,
        "wear_usd_mwh": 10.0,
    }
    return Asset(**{**usual, **changes})


def question(seed: int) -> tuple[Asset, np.ndarray, float, dict[str, Any]]:
    """A battery, its prices, the length of a step, and the demands, as `optimise` takes them."""
    luck = np.random.default_rng(seed)
    steps, hours = STEPS[seed % len(STEPS)]
    battery = lucky_battery(luck)
    demands: dict[str, Any] = {
        "start_mwh": float(luck.uniform(battery.soc_min_mwh, battery.soc_max_mwh))
    }
    if luck.random() < 0.3:
        demands["left_usd_mwh"] = float(luck.choice([20.0, 50.0, -10.0]))
    for limit in ("max_in_mw", "max_out_mw"):
        if luck.random() < 0.3:
            demands[limit] = luck.choice([0.0, 0.3, 1.0, 2.0], steps)
    if luck.random() < 0.4:
        most = np.minimum(demands.get("max_in_mw", np.ones(steps)), battery.power_in_mw).sum()
        reached = demands["start_mwh"] + most * hours * battery.charge_efficiency
        wanted = float(luck.uniform(battery.soc_min_mwh, battery.soc_max_mwh))
        demands["end_mwh"] = min(wanted, float(reached))
    return battery, lucky_prices(luck, steps, hours), hours, demands


def lucky_battery(luck: np.random.Generator) -> Asset:
    energy = float(luck.choice([0.5, 2.0, 4.0]))
    lowest, highest = float(luck.choice([0.0, 0.1])), float(luck.choice([1.0, 0.9]))
    if luck.random() < 0.15:
        lowest, highest = 0.4, 0.41
    return asset(
        power_out_mw=float(luck.choice([1.0, 0.6])),
        energy_mwh=energy,
        soc_min_mwh=lowest * energy,
        soc_max_mwh=highest * energy,
        round_trip=float(luck.choice([0.86, 1.0, 0.7, 0.95])),
        wear_usd_mwh=float(luck.choice([0.0, 10.0, 25.0])),
    )


def lucky_prices(luck: np.random.Generator, steps: int, hours: float) -> np.ndarray:
    shape = 30 + 25 * np.sin(np.arange(steps) * hours / 24 * 4 * np.pi + luck.uniform(0, 6))
    flat = float(luck.integers(-2, 3) * 20) if steps == 24 else 20.0
    kinds = [
        shape + luck.normal(0, 15, steps),
        shape - 30 + luck.normal(0, 20, steps),
        np.round(shape / 10) * 10 - 20,
        np.full(steps, flat),
        luck.choice([-40.0, 0.0, 25.0, 60.0], steps),
        shape + luck.standard_t(2, steps) * 30,
    ]
    return kinds[int(luck.integers(len(kinds)))]
