"""What stored energy is worth while prices are uncertain, and what to do at a price. Pure.

The value of the store is worked out backwards, step by step, over a table of price quantiles
(`battery.quantiles`). It is kept as slopes: $ for one more stored MWh, for each small part of the
window of the state of charge. They fall from an empty store to a full one, and while they do, the
best thing to do at a price is to charge until a MWh is worth no more than it costs, to discharge
until it is worth no less than it brings, and between the two to hold. So the slope before a step
is the middle one of the slopes that these leave and the two prices, with losses and wear:

    max(after charging, min(cost, max(after holding, min(proceeds, after discharging))))

(Shapiro, Dentcheva, Ruszczyński, Lectures on Stochastic Programming, ch. 3; Löhndorf and Wozabal,
The value of coordination in multimarket bidding of grid energy storage, 2022, for the Markov chain
of price states.) Where a price is so far below zero that burning energy pays, it is not tried:
proceeds are cut to the cost, and the value is a little low.
"""

from typing import NamedTuple

import numpy as np

from battery.asset import Asset
from battery.quantiles import Floats, QuantileTable, Residuals

NEVER = 1e9  # $/MWh: beyond the window of the state of charge
SMALLEST_MWH = 1e-9


class Parameters(NamedTuple):
    """What the policy was given besides prices; advice and back-tests keep it."""

    states: int = 9
    levels: int = 200
    learned_days: int = 180
    least_days: int = 14
    hours_beside: int = 1
    horizon_hours: int = 36
    last_price_share: float = 0.5
    left_share: float = 0.9


DEFAULT = Parameters()


class Limits(NamedTuple):
    """The power that each step of a table allows, MW: less than the asset's in outages."""

    in_mw: Floats
    out_mw: Floats


class StoredValue(NamedTuple):
    """What one more MWh in the store is worth, $.

    `after` has (states, levels) for the end of each step, by the step's own price state; `before`
    is for the start of the first step, by the state of the interval before it.
    """

    asset: Asset
    after: list[Floats]
    before: Floats


def stored_value(
    asset: Asset,
    table: QuantileTable,
    residuals: Residuals,
    left: Floats,
    *,
    limits: Limits | None = None,
) -> StoredValue:
    """Backwards over the table. `left` (levels,) is what is left worth at its end."""
    steps, states = table.prices.shape
    slopes = np.repeat(left[None, :], states, axis=0)
    after: list[Floats] = [slopes] * steps
    per_mwh = len(left) / asset.usable_mwh
    costs = table.prices / asset.charge_efficiency
    proceeds = np.minimum((table.prices - asset.wear_usd_mwh) * asset.discharge_efficiency, costs)
    for step in reversed(range(steps)):
        after[step] = slopes
        hours = table.hours[step]
        most_in = asset.power_in_mw if limits is None else limits.in_mw[step]
        most_out = asset.power_out_mw if limits is None else limits.out_mw[step]
        slopes = one_step(
            slopes,
            costs[step][:, None],
            proceeds[step][:, None],
            charged=round(most_in * hours * asset.charge_efficiency * per_mwh),
            discharged=round(most_out * hours / asset.discharge_efficiency * per_mwh),
        )
        slopes = (residuals.hour if hours >= 1 else residuals.interval) @ slopes
    return StoredValue(asset, after, slopes)


def one_step(
    slopes: Floats, cost: Floats, proceeds: Floats, *, charged: int, discharged: int
) -> Floats:
    """The slopes before a step, by its price state; `charged` and `discharged` are in levels."""
    levels = slopes.shape[1]
    fuller = np.full_like(slopes, -NEVER)
    emptier = np.full_like(slopes, NEVER)
    if charged < levels:
        fuller[:, : levels - charged] = slopes[:, charged:]
    if discharged < levels:
        emptier[:, discharged:] = slopes[:, : levels - discharged]
    kept = np.maximum(slopes, np.minimum(proceeds, emptier))
    return np.maximum(fuller, np.minimum(cost, kept))


def left_at_end(
    asset: Asset,
    prices: Floats,
    parameters: Parameters,
    *,
    left_usd_mwh: float | None = None,
    end_mwh: float | None = None,
) -> Floats:
    """What is left worth at the end of a horizon with these expected prices, $ for each level.

    As given, else a part of the median of the last day's prices after losses and wear. What is
    missing to `end_mwh` is worth more than any price.
    """
    if left_usd_mwh is None:
        usual = float(np.median(prices[-24:])) - asset.wear_usd_mwh
        left_usd_mwh = max(usual * asset.discharge_efficiency, 0.0) * parameters.left_share
    left = np.full(parameters.levels, left_usd_mwh)
    if end_mwh is not None:
        share = (end_mwh - asset.soc_min_mwh) / asset.usable_mwh
        left[: round(share * parameters.levels)] = NEVER
    return left


def best_soc(
    asset: Asset,
    slopes: Floats,
    *,
    price: float,
    soc_mwh: float,
    hours: float,
    most_in_mw: float | None = None,
    most_out_mw: float | None = None,
) -> float:
    """The state of charge to end an interval with at a price, where `slopes` is what it is worth.

    `slopes` (levels,) fall from the lowest state of charge to the highest.
    """
    most_in_mw = asset.power_in_mw if most_in_mw is None else most_in_mw
    most_out_mw = asset.power_out_mw if most_out_mw is None else most_out_mw
    a_level = asset.usable_mwh / len(slopes)
    cost = price / asset.charge_efficiency
    proceeds = min((price - asset.wear_usd_mwh) * asset.discharge_efficiency, cost)
    rising = -slopes
    pays_up_to = asset.soc_min_mwh + a_level * float(np.searchsorted(rising, -cost, side="left"))
    if pays_up_to > soc_mwh + SMALLEST_MWH:
        room = most_in_mw * hours * asset.charge_efficiency
        return min(pays_up_to, soc_mwh + room, asset.soc_max_mwh)
    pays_down_to = asset.soc_min_mwh + a_level * float(
        np.searchsorted(rising, -proceeds, side="right")
    )
    if pays_down_to < soc_mwh - SMALLEST_MWH:
        room = most_out_mw * hours / asset.discharge_efficiency
        return max(pays_down_to, soc_mwh - room, asset.soc_min_mwh)
    return soc_mwh
