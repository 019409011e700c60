"""Simple policies, and perfect foresight, for advice to be measured against. Pure.

None but perfect foresight looks ahead: a day is planned from what is known as it begins.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from battery.asset import Asset
from battery.backtests.trial import Trial, Walked
from battery.cycle_price import CyclePrice, first_price, meeting
from battery.dispatch import optimise
from battery.history import History
from battery.last_price import last_known
from battery.quantiles import Floats

CHARGED_HOURS = range(10, 15)
DISCHARGED_HOURS = range(18, 22)
CHARGED_BELOW, DISCHARGED_ABOVE = 0.0, 100.0
ONE_DAY = timedelta(days=1)

Plan = Callable[[Asset, date, float], Floats | None]


def day_ahead_schedule(trial: Trial) -> Walked:
    """Each day the best for its day-ahead prices, as if the day after had the same ones."""
    history = trial.history

    def plan(priced: Asset, day: date, soc_mwh: float) -> Floats | None:
        of_day = history.day(day)
        hours = slice(of_day.start // history.per_hour, of_day.stop // history.per_hour)
        return twice(trial, priced, history.day_ahead[hours], of_day, soc_mwh, per_step=1)

    return planned(trial, plan)


def yesterdays_shape(trial: Trial) -> Walked:
    """Each day the best for the real-time prices of the day before, if they are all held."""
    history = trial.history

    def plan(priced: Asset, day: date, soc_mwh: float) -> Floats | None:
        prices = prices_of_yesterday(history, day, trial.lag)
        if prices is None:
            return None
        return twice(trial, priced, prices, history.day(day), soc_mwh, history.per_hour)

    return planned(trial, plan)


def twice(
    trial: Trial, priced: Asset, prices: Floats, of_day: slice, soc_mwh: float, per_step: int
) -> Floats:
    """The states of charge after each interval of a day that is the best for these prices, twice.

    `per_step` is how many prices an hour has.
    """
    history = trial.history
    clock = history.clock(of_day)[:: history.per_hour // per_step]
    most_in, most_out = trial.most_mw(np.tile(clock, 2))
    best = optimise(
        priced,
        np.tile(prices, 2),
        1 / per_step,
        start_mwh=soc_mwh,
        max_in_mw=most_in,
        max_out_mw=most_out,
    )
    places = np.arange(1, of_day.stop - of_day.start + 1) * per_step / history.per_hour
    return np.interp(places, np.arange(len(best.soc_mwh)), best.soc_mwh)


def planned(trial: Trial, plan: Plan) -> Walked:
    """Days that are each run as planned as they begin; a day without a plan holds its charge."""
    walked, history, asset = Walked(trial.start_mwh), trial.history, trial.asset
    price = start_price(trial)
    for day in trial.days:
        priced = asset if price is None else price.added_to(asset)
        of_day = history.day(day)
        soc = plan(priced, day, walked.soc_mwh)
        if soc is None:
            soc = np.full(of_day.stop - of_day.start, walked.soc_mwh)
        for interval, after in zip(range(of_day.start, of_day.stop), soc.tolist(), strict=True):
            walked.end_with(asset, interval, after, history.hours)
        price = price and price.after(trial.cycles(walked, day))
    return walked


def start_price(trial: Trial) -> CyclePrice | None:
    """The price on wear as the first day begins; None without a cap on cycles."""
    if trial.cap is None:
        return None
    return first_price(trial.history, trial.asset, trial.days[0], trial.cap)


def prices_of_yesterday(history: History, day: date, lag: int) -> Floats | None:
    """The real-time prices of the day before by today's clock; None if not all are held.

    Those that are not out yet as the day begins are taken to be the last one that is.
    """
    before, today = history.day(day - ONE_DAY), history.day(day)
    if before.start < 0 or np.isnan(history.rt[before]).any():
        return None
    prices = history.rt[before].copy()
    known = len(prices) - (lag - 1)
    prices[known:] = prices[known - 1]
    hours = np.searchsorted(
        history.clock(before)[:: history.per_hour], history.clock(today), side="right"
    )
    slots = np.arange(today.stop - today.start) % history.per_hour
    found: Floats = prices[(hours - 1) * history.per_hour + slots]
    return found


def fixed_clock(trial: Trial) -> Walked:
    """In from 10:00 to 15:00 and out from 18:00 to 22:00 Pacific, as far as it goes."""
    walked, asset = Walked(trial.start_mwh), trial.asset
    for interval, hour in hours_by_interval(trial):
        wanted = -asset.power_in_mw if hour in CHARGED_HOURS else 0.0
        wanted = asset.power_out_mw if hour in DISCHARGED_HOURS else wanted
        trial.run_at(walked, wanted, interval)
    return walked


def thresholds(trial: Trial, *, last_published: bool) -> Walked:
    """In below 0 and out above 100 $/MWh, by an interval's own price or by the last known one."""
    walked, asset, history = Walked(trial.start_mwh), trial.asset, trial.history
    for interval, _ in hours_by_interval(trial):
        price: float | None = float(history.rt[interval])
        if last_published:
            last = last_known(history, interval - trial.lag)
            price = None if last is None else last.lmp
        wanted = 0.0
        if price is not None and price < CHARGED_BELOW:
            wanted = -asset.power_in_mw
        elif price is not None and price > DISCHARGED_ABOVE:
            wanted = asset.power_out_mw
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
