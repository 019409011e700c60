"""Simple policies, and perfect foresight, for advice to be measured against. Pure.

None but perfect foresight looks ahead. Those that plan a day are in `planned_days`.
"""

from collections.abc import Sequence

import numpy as np

from battery.asset import Asset
from battery.backtests.bids import Bid
from battery.backtests.trial import Trial, Walked
from battery.cycle_price import meeting
from battery.dispatch import optimise
from battery.last_price import last_known
from battery.quantiles import Floats

CHARGED_HOURS = range(10, 15)
DISCHARGED_HOURS = range(18, 22)
THRESHOLDS = Bid(charge_below=0.0, discharge_above=100.0)


def at_clock(asset: Asset, hour: int) -> float:
    """The power that the fixed clock wants at a Pacific hour of the day."""
    if hour in CHARGED_HOURS:
        return -asset.power_in_mw
    return asset.power_out_mw if hour in DISCHARGED_HOURS else 0.0


def fixed_clock(trial: Trial) -> Walked:
    """In from 10:00 to 15:00 and out from 18:00 to 22:00 Pacific, as far as it goes."""
    walked = Walked(trial.start_mwh)
    for interval, hour in hours_by_interval(trial):
        trial.run_at(walked, at_clock(trial.asset, hour), interval)
    return walked


def thresholds(trial: Trial, *, last_published: bool) -> Walked:
    """In below 0 and out above 100 $/MWh, by an interval's own price or by the last known one."""
    walked, history = Walked(trial.start_mwh), trial.history
    for interval, _ in hours_by_interval(trial):
        price: float | None = float(history.rt[interval])
        if last_published:
            last = last_known(history, interval - trial.lag)
            price = None if last is None else last.lmp
        wanted = 0.0 if price is None else THRESHOLDS.power_mw(trial.asset, price)
        trial.run_at(walked, wanted, interval)
    return walked


def nothing(trial: Trial) -> Walked:
    """The charge is held."""
    walked = Walked(trial.start_mwh)
    for interval, _ in hours_by_interval(trial):
        trial.run_at(walked, 0.0, interval)
    return walked


def perfect_foresight(trial: Trial) -> Walked:
    """The best there was, all prices of all days known at once."""
    prices = trial.history.rt[trial.intervals]
    extra = 0.0

    def cycled(usd_mwh: float) -> float:
        delivered = np.maximum(best_powers(trial, prices, usd_mwh), 0).sum()
        return trial.asset.cycles(float(delivered) * trial.history.hours) / len(trial.days)

    if trial.cap is not None:
        extra = meeting(trial.cap, cycled, most=float(np.ptp(prices)) + abs(prices.min()))
    return at_powers(trial, best_powers(trial, prices, extra).tolist())


def best_powers(trial: Trial, prices: Floats, usd_mwh: float) -> Floats:
    """The best course's powers with this price on wear, over days one after the other."""
    history = trial.history
    hours_of_day = history.hours_of_day[trial.intervals // history.per_hour]
    most_in, most_out = trial.most_mw(hours_of_day)
    best = optimise(
        trial.asset.with_wear(trial.asset.wear_usd_mwh + usd_mwh),
        prices,
        history.hours,
        start_mwh=trial.start_mwh,
        max_in_mw=most_in,
        max_out_mw=most_out,
    )
    return best.power_mw


def at_powers(trial: Trial, powers_mw: Sequence[float]) -> Walked:
    """Run at these powers, interval by interval."""
    walked = Walked(trial.start_mwh)
    for interval, power in zip(trial.intervals.tolist(), powers_mw, strict=True):
        trial.run_at(walked, power, interval)
    return walked


def hours_by_interval(trial: Trial) -> list[tuple[int, int]]:
    """Each interval, and the Pacific hour of the day that it lies in."""
    intervals, history = trial.intervals, trial.history
    hours = history.hours_of_day[intervals // history.per_hour]
    return list(zip(intervals.tolist(), hours.tolist(), strict=True))
