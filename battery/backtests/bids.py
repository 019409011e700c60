"""Bids that are fixed before the state of charge at delivery is known. Pure.

A bid is two prices: the battery charges at full power below one and discharges at full power above
the other, as far as its state of charge then allows. Bids of the intervals before are fixed
already, so what the state of charge may be by then follows from them and the chances of each price
state; the bid is the best on average over that.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from battery.asset import Asset
from battery.policy import NEVER, StoredValue
from battery.quantiles import Floats, QuantileTable, Whole

LEAST_WEIGHT = 1e-12


class Bid(NamedTuple):
    """Charge below one price, discharge above the other, $/MWh."""

    charge_below: float
    discharge_above: float

    def power_mw(self, asset: Asset, price: float) -> float:
        """At full power; the state of charge may allow less."""
        if price < self.charge_below:
            return -asset.power_in_mw
        return asset.power_out_mw if price > self.discharge_above else 0.0


class Moves(NamedTuple):
    """How many levels of the state of charge an interval at full power takes."""

    levels: int
    up: int
    down: int


def moves(asset: Asset, levels: int, hours: float) -> Moves:
    per_mwh = levels / asset.usable_mwh
    return Moves(
        levels,
        round(asset.power_in_mw * hours * asset.charge_efficiency * per_mwh),
        round(asset.power_out_mw * hours / asset.discharge_efficiency * per_mwh),
    )


def chances_at(asset: Asset, levels: int, soc_mwh: float, states: Floats) -> Floats:
    """(states, levels + 1): the chance of each state of prices and of charge, which is known."""
    chances = np.zeros((len(states), levels + 1))
    chances[:, round((soc_mwh - asset.soc_min_mwh) / asset.usable_mwh * levels)] = states
    return chances


def after_bid(chances: Floats, bid: Bid, prices: Floats, step: Moves) -> Floats:
    """The chances after an interval with this bid, by the interval's own price state."""
    after = np.zeros_like(chances)
    for state, price in enumerate(prices):
        row = chances[state]
        if price < bid.charge_below:
            after[state, step.up :] = row[: step.levels + 1 - step.up]
            after[state, -1] += row[step.levels + 1 - step.up :].sum()
        elif price > bid.discharge_above:
            after[state, : step.levels + 1 - step.down] = row[step.down :]
            after[state, 0] += row[: step.down].sum()
        else:
            after[state] = row
    return after


def best_bid(value: StoredValue, table: QuantileTable, chances: Floats, step: Moves) -> Bid:
    """The best pair of prices for the table's first step, where `chances` hold as it begins."""
    asset, slopes = value.asset, value.after[0]
    worth = np.concatenate([np.zeros((len(slopes), 1)), np.cumsum(slopes, axis=1)], axis=1)
    places = np.arange(step.levels + 1)
    fuller = np.minimum(places + step.up, step.levels)
    emptier = np.maximum(places - step.down, 0)
    bought = mean_worth(chances, worth[:, fuller] - worth, fuller - places, slopes[:, -1])
    sold = mean_worth(chances, worth - worth[:, emptier], places - emptier, slopes[:, 0])
    below = bought * asset.charge_efficiency
    above = sold / asset.discharge_efficiency + asset.wear_usd_mwh
    charge_below = first_price(below, table.bounds[0])
    return Bid(charge_below, max(charge_below, last_price(above, table.bounds[0])))


def mean_worth(chances: Floats, worth: Floats, levels: Whole, otherwise: Floats) -> Floats:
    """What a stored MWh is worth on average over the levels that a full interval would move.

    `otherwise` is for states of prices in which nothing could be moved.
    """
    weights = (chances * levels).sum(axis=1)
    means = (chances * worth).sum(axis=1) / np.maximum(weights, LEAST_WEIGHT)
    return np.where(weights > LEAST_WEIGHT, means, otherwise)


def first_price(limits: Floats, bounds: Floats) -> float:
    """The price up to which every price is below the limit of its own state."""
    lows, highs = [-NEVER, *bounds], [*bounds, NEVER]
    for limit, low, high in zip(limits, lows, highs, strict=True):
        if limit < high:
            return float(max(low, limit))
    return NEVER


def last_price(limits: Floats, bounds: Floats) -> float:
    """The price from which on every price is above the limit of its own state."""
    lows, highs = [-NEVER, *bounds], [*bounds, NEVER]
    for limit, low, high in reversed(list(zip(limits, lows, highs, strict=True))):
        if limit > low:
            return float(min(high, limit))
    return -NEVER


def chances_after(
    asset: Asset,
    soc_mwh: float,
    states: Floats,
    fixed: Sequence[tuple[Bid, Floats]],
    follows: Floats,
    step: Moves,
) -> Floats:
    """The chances as an interval begins: `fixed` are the bids before it, with prices by state.

    `states` are the chances of the first of these intervals' price state.
    """
    chances = chances_at(asset, step.levels, soc_mwh, states)
    for bid, prices in fixed:
        chances = follows.T @ after_bid(chances, bid, prices, step)
    return chances
