"""A price on wear that keeps cycles within a cap on average. Pure.

A hard stop would waste the evening of a good day for the morning's cycle. A price on every MWh
delivered, on top of what it costs the cells, leaves out the cycles that earn least, on whichever
day they are. It begins at the one that would have met the cap over the last 30 days' day-ahead
prices. Each day then moves it by what was really cycled above or below the cap (dual ascent), and
by a part of all that has been too much so far: prices that rise make for a few cycles beyond the
cap until it has followed them, and those are made up for.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from battery.asset import Asset
from battery.history import History
from battery.quantiles import Floats

DAYS_SEEN = 30
LEAST_DAYS = 3
HALVINGS = 12
CLOSE_ENOUGH = 0.002  # of the cap
# $/MWh for each cycle a day beyond the cap: a week of half a cycle too much is 28 $/MWh.
STEP_USD_MWH = 8.0
# What was too much is made up for within about so many days, and no more cycles are saved up.
PAID_BACK_DAYS = 20
MOST_SAVED = 10.0


class CyclePrice(NamedTuple):
    """What a MWh delivered costs on top of its wear, on one day.

    `cap` is in cycles a day; `owed` are the cycles beyond it so far, below 0 those saved up.
    """

    usd_mwh: float
    cap: float
    owed: float = 0.0

    def added_to(self, asset: Asset) -> Asset:
        """The asset as it is to be run on the day."""
        return asset.with_wear(asset.wear_usd_mwh + self.usd_mwh)

    def after(self, cycles: float) -> "CyclePrice":
        """The next day's, after a day with so many cycles."""
        owed = max(self.owed + cycles - self.cap, -MOST_SAVED)
        too_much = cycles - self.cap + owed / PAID_BACK_DAYS
        return CyclePrice(max(self.usd_mwh + STEP_USD_MWH * too_much, 0.0), self.cap, owed)


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
    from battery.dispatch import optimise  # noqa: PLC0415 (advice needs no solver on most days)

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
