"""A price on wear that keeps cycles within a cap on average. Pure.

A hard stop would waste the evening of a good day for the morning's cycle. A price on every MWh
delivered, on top of what it costs the cells, leaves out the cycles that earn least, on whichever
day they are. It begins at the one that would have met the cap over the last 30 days' day-ahead
prices. Each day then moves it by what was really cycled above or below the cap (dual ascent), so
that the sum of all that is too much stays small however long it runs.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from battery.asset import Asset
from battery.dispatch import optimise
from battery.history import History
from battery.quantiles import Floats

DAYS_SEEN = 30
LEAST_DAYS = 3
HALVINGS = 12
CLOSE_ENOUGH = 0.002  # of the cap
# $/MWh for each cycle beyond the cap: a week of half a cycle too much a day is 14 $/MWh.
STEP_USD_MWH = 4.0


class CyclePrice(NamedTuple):
    """What a MWh delivered costs on top of its wear, on one day; `cap` is in cycles a day."""

    usd_mwh: float
    cap: float

    def added_to(self, asset: Asset) -> Asset:
        """The asset as it is to be run on the day."""
        return asset.with_wear(asset.wear_usd_mwh + self.usd_mwh)

    def after(self, cycles: float) -> "CyclePrice":
        """The next day's, after a day with so many cycles."""
        return self._replace(usd_mwh=max(self.usd_mwh + STEP_USD_MWH * (cycles - self.cap), 0.0))


def first_price(history: History, asset: Asset, day: date, cap: float) -> CyclePrice:
    """As a day begins, from the 30 days before it whose day-ahead prices are held."""
    seen = day_ahead_before(history, day)
    if len(seen) < LEAST_DAYS:
        return CyclePrice(0.0, cap)
    prices = np.concatenate(seen)

    def cycled(usd_mwh: float) -> float:
        return cycles_of_optimum(asset, prices, usd_mwh) / len(seen)

    return CyclePrice(meeting(cap, cycled, most=float(np.ptp(prices)) + abs(prices.min())), cap)


def day_ahead_before(history: History, day: date) -> Sequence[Floats]:
    """Day-ahead prices of the last whole days before one, oldest first."""
    found = []
    for back in range(DAYS_SEEN, 0, -1):
        span = history.day(day - timedelta(days=back))
        if span.start >= 0:
            hours = slice(span.start // history.per_hour, span.stop // history.per_hour)
            found.append(history.day_ahead[hours])
    return [prices for prices in found if len(prices) and not np.isnan(prices).any()]


def cycles_of_optimum(asset: Asset, prices: Floats, usd_mwh: float, hours: float = 1.0) -> float:
    """How many cycles pay at a price on wear, over known prices."""
    priced = asset.with_wear(asset.wear_usd_mwh + usd_mwh)
    best = optimise(priced, prices, hours, start_mwh=asset.soc_min_mwh)
    return asset.cycles(float(np.maximum(best.power_mw, 0).sum()) * hours)


def meeting(cap: float, cycled: Callable[[float], float], *, most: float) -> float:
    """The lowest price on wear, up to `most`, at which no more than `cap` is cycled, about."""
    if cycled(0.0) <= cap:
        return 0.0
    low, high = 0.0, most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        cycles = cycled(middle)
        if abs(cycles - cap) <= CLOSE_ENOUGH * cap:
            return middle
        low, high = (middle, high) if cycles > cap else (low, middle)
    return high
