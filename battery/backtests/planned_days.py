"""Days that are each planned as they begin, from what is known then, and run as planned. Pure."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from battery.asset import Asset
from battery.backtests.trial import Trial, Walked
from battery.cycle_price import CyclePrice, first_price
from battery.dispatch import optimise
from battery.history import History
from battery.quantiles import Floats

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
