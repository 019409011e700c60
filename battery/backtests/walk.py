"""The stochastic policy walked through past days, each decision from what was known then. Pure.

Day-ahead prices of tomorrow are known from 13:00 Pacific; a real-time price once its interval has
begun and the publication delay has passed. Over days of which a price is missing the battery holds
its charge, and they are in no policy's result.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from battery.backtests.acting import ACTING, WAYS
from battery.backtests.planned_days import start_price
from battery.backtests.seeing import Seeing
from battery.backtests.trial import Trial, Walked
from battery.cycle_price import CyclePrice
from battery.outlook import learned_before
from battery.policy import DEFAULT, Parameters

Told = Callable[[float], None]


def quiet(share: float) -> None:
    """Nobody is told."""


def walk(
    trial: Trial,
    *,
    acting: Sequence[str] = ACTING,
    parameters: Parameters = DEFAULT,
    left_usd_mwh: float | None = None,
    told: Told = quiet,
) -> dict[str, Walked]:
    """The stochastic policy for each way of acting; `told` hears the share of days that is done.

    Ways of acting see the same, but where a cap on cycles gives each its own price on wear.
    """
    actors = {way: WAYS[way](trial.start_mwh) for way in acting}
    prices: dict[str, CyclePrice | None] = dict.fromkeys(acting, start_price(trial))
    for nth, day in enumerate(trial.days):
        of_day = trial.history.day(day)
        residuals = learned_before(trial.history, of_day.start, parameters)
        seeing = Seeing(trial, trial.asset, residuals, parameters, left_usd_mwh)
        seen = {way: seen_at(seeing, price) for way, price in prices.items()}
        for interval in range(of_day.start, of_day.stop):
            for way, actor in actors.items():
                actor.go(seen[way], interval)
        for way, price in prices.items():
            prices[way] = price and price.after(trial.cycles(actors[way].walked, day))
        told((nth + 1) / len(trial.days))
    return {way: actor.walked for way, actor in actors.items()}


def seen_at(seeing: Seeing, price: CyclePrice | None) -> Seeing:
    """The same with a price on wear; the very same without one, so that views are shared."""
    if price is None:
        return seeing
    return replace(seeing, asset=price.added_to(seeing.asset), kept={})
