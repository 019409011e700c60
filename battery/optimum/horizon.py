"""What is asked of a battery over some steps, checked and turned into MWh of its store. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from battery.asset import Asset, Impossible, checked, plain

Floats = NDArray[np.float64]

SMALLEST_MWH = 1e-9
SMALLEST_USD = 1e-9


@dataclass(frozen=True)
class Horizon:
    """N steps: N prices ($/MWh), N lengths (h), and the most that each step may store and take out.

    `most_in_mwh` and `most_out_mwh` are MWh of the store, behind the losses.
    """

    asset: Asset
    prices: Floats
    hours: Floats
    most_in_mwh: Floats
    most_out_mwh: Floats
    start_mwh: float
    least_end_mwh: float
    left_usd_mwh: float

    @property
    def steps(self) -> int:
        return len(self.prices)

    @property
    def buy_usd_mwh(self) -> Floats:
        """What a MWh more in the store costs, by step."""
        return self.prices / self.asset.charge_efficiency

    @property
    def sell_usd_mwh(self) -> Floats:
        """What a MWh taken out of the store brings, by step."""
        return (self.prices - self.asset.wear_usd_mwh) * self.asset.discharge_efficiency

    @property
    def burning(self) -> NDArray[np.bool_]:
        """The steps in which charging and discharging at once would pay.

        A MWh put into the store and taken out again at once brings (p - wear) * ed - p / ec, which
        is above 0 where p < -wear * rt / (1 - rt); with a round trip rt of 1 it never is.
        """
        both = (self.most_in_mwh > 0) & (self.most_out_mwh > 0)
        return both & (self.sell_usd_mwh > self.buy_usd_mwh + SMALLEST_USD)


def horizon(
    asset: Asset,
    prices: ArrayLike,
    hours: ArrayLike,
    *,
    start_mwh: float,
    end_mwh: float | None = None,
    left_usd_mwh: float = 0.0,
    max_in_mw: ArrayLike | None = None,
    max_out_mw: ArrayLike | None = None,
) -> Horizon:
    """The horizon. Raises Impossible with a sentence that says which demand can't be met."""
    checked(asset, start_mwh=start_mwh, end_mwh=end_mwh)
    price = finite(np.asarray(prices, float), "price")
    if price.ndim != 1 or not len(price):
        raise Impossible("There must be a price for at least one step.")
    if not np.isfinite([asset.wear_usd_mwh, left_usd_mwh]).all():
        raise Impossible("The wear cost and the value of what is left must be finite numbers.")
    hour = by_step(hours, len(price), "length")
    if not (hour > 0).all():
        raise Impossible(f"Step {np.argmin(hour > 0) + 1} must last longer than 0 hours.")
    power_in = within(asset.power_in_mw, max_in_mw, len(price), "charging limit")
    power_out = within(asset.power_out_mw, max_out_mw, len(price), "discharging limit")
    return reachable(
        Horizon(
            asset=asset,
            prices=price,
            hours=hour,
            most_in_mwh=power_in * hour * asset.charge_efficiency,
            most_out_mwh=power_out * hour / asset.discharge_efficiency,
            start_mwh=float(start_mwh),
            least_end_mwh=float(asset.soc_min_mwh if end_mwh is None else end_mwh),
            left_usd_mwh=float(left_usd_mwh),
        )
    )


def within(power_mw: float, limits: ArrayLike | None, steps: int, name: str) -> Floats:
    """A power by step, under its limits if there are any."""
    if limits is None:
        return np.full(steps, float(power_mw))
    limit = by_step(limits, steps, name)
    if (limit < 0).any():
        raise Impossible(f"The {name} of step {np.argmax(limit < 0) + 1} is below 0.")
    return np.minimum(limit, power_mw)


def by_step(values: ArrayLike, steps: int, name: str) -> Floats:
    """One value for each step; a single one is that of all."""
    array = np.asarray(values, float)
    if array.ndim == 0:
        array = np.full(steps, array)
    if array.shape != (steps,):
        raise Impossible(f"There are {steps} prices, but {array.size} values as {name}.")
    return finite(array, name)


def finite(array: Floats, name: str) -> Floats:
    """The array. Raises Impossible if it holds what is no number."""
    wrong = ~np.isfinite(array)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise Impossible(f"The {name} of step {first + 1} is no number: {array.flat[first]:g}.")
    return array


def reachable(asked: Horizon) -> Horizon:
    """The horizon. Raises Impossible if charging all the time does not reach its end."""
    highest = asked.start_mwh + float(asked.most_in_mwh.sum())
    short = asked.least_end_mwh - highest
    if short > SMALLEST_MWH:
        raise Impossible(
            f"The end state of charge of {plain(asked.least_end_mwh)} MWh can't be reached: from "
            f"{plain(asked.start_mwh)} MWh, charging in every step ends at {plain(highest)} MWh, "
            f"{short:.3g} MWh short."
        )
    return asked
