"""What a battery is expected to do from here on, and at what prices. Pure."""

from typing import NamedTuple

import numpy as np

from battery.policy import Limits, StoredValue, best_soc
from battery.quantiles import Floats, QuantileTable, Residuals

LOW, HIGH = 0.1, 0.9


class PlanStep(NamedTuple):
    """A step from `start` (epoch seconds): prices in $/MWh, and the charge as it ends, MWh."""

    start: int
    hours: float
    price: float
    low: float
    high: float
    power_mw: float
    soc_mwh: float


def planned(
    value: StoredValue,
    table: QuantileTable,
    residuals: Residuals,
    chances: Floats,
    first_price: float,
    soc_mwh: float,
    *,
    limits: Limits,
) -> list[PlanStep]:
    """Step by step at the expected price, which for the first step is `first_price`.

    `chances` are of the first step's price states.
    """
    steps: list[PlanStep] = []
    asset = value.asset
    for nth, hours in enumerate(table.hours):
        if nth:
            chances = chances @ (residuals.hour if hours >= 1 else residuals.interval)
        price = first_price if nth == 0 else float(chances @ table.prices[nth])
        low, high = band(table.prices[nth], chances)
        low, high = min(low, price), max(high, price)
        after = best_soc(
            asset,
            chances @ value.after[nth],
            price=price,
            soc_mwh=soc_mwh,
            hours=hours,
            most_in_mw=limits.in_mw[nth],
            most_out_mw=limits.out_mw[nth],
        )
        power = asset.power_of(after - soc_mwh, hours)
        steps.append(PlanStep(int(table.starts[nth]), float(hours), price, low, high, power, after))
        soc_mwh = after
    return steps


def band(prices: Floats, chances: Floats) -> tuple[float, float]:
    """The 10 and 90 % quantiles of prices that rise, each with its chance."""
    middles = np.cumsum(chances) - chances / 2
    low, high = np.interp((LOW, HIGH), middles, prices)
    return float(low), float(high)


class Run(NamedTuple):
    """Steps of the same action, one after the other; the price is the mean of its energy."""

    action: str
    start: int
    price: float


def next_run(steps: list[PlanStep], *, after: int, actions: tuple[str, ...]) -> Run | None:
    """The first run of one of these actions that begins after some steps."""
    found: list[PlanStep] = []
    for step in steps[after:]:
        action = action_of(step.power_mw)
        if found and action != action_of(found[0].power_mw):
            break
        if found or action in actions:
            found.append(step)
    if not found:
        return None
    energies = [abs(step.power_mw) * step.hours for step in found]
    price = float(np.average([step.price for step in found], weights=energies))
    return Run(action_of(found[0].power_mw), found[0].start, price)


# Less than a kilowatt is nothing.
SMALLEST_MW = 0.0005


def action_of(power_mw: float) -> str:
    if power_mw > SMALLEST_MW:
        return "discharge"
    return "charge" if power_mw < -SMALLEST_MW else "hold"
