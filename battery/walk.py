"""A battery walked through past days: each decision from what was known then. Pure.

Day-ahead prices of tomorrow are known from 13:00 Pacific; a real-time price once its interval has
begun and the publication delay has passed. Only days of which every price is held are run: over
the others the battery holds its charge, and they are in no policy's result.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from battery.acting import ACTING, WAYS, Walked
from battery.asset import Asset
from battery.history import History
from battery.outlook import learned_before
from battery.policy import DEFAULT, Parameters
from battery.seeing import Seeing

Told = Callable[[float], None]


def quiet(share: float) -> None:
    """Nobody is told."""


def whole_days(history: History, first: date, last: date) -> list[date]:
    """The operating dates that can be run, oldest first."""
    count = (last - first).days + 1
    days = (first + timedelta(days=nth) for nth in range(count))
    return [day for day in days if history.is_whole(day)]


def walk(
    history: History,
    asset: Asset,
    days: Sequence[date],
    *,
    start_mwh: float,
    acting: Sequence[str] = ACTING,
    parameters: Parameters = DEFAULT,
    left_usd_mwh: float | None = None,
    wear_of_day: Callable[[date], float] | None = None,
    lag: int = 1,
    told: Told = quiet,
) -> dict[str, Walked]:
    """The stochastic policy over days, for each way of acting.

    `lag` is how many intervals back the newest price lies that is known as an interval begins;
    `wear_of_day` is the wear cost of a day where a cap on cycles makes it change. `told` hears
    the share of the days that is done.
    """
    actors = {way: WAYS[way](start_mwh) for way in acting}
    for nth, day in enumerate(days):
        priced = asset if wear_of_day is None else asset.with_wear(wear_of_day(day))
        of_day = history.day(day)
        residuals = learned_before(history, of_day.start, parameters)
        seeing = Seeing(history, priced, residuals, parameters, left_usd_mwh, lag)
        for interval in range(of_day.start, of_day.stop):
            for actor in actors.values():
                actor.go(seeing, interval)
        told((nth + 1) / len(days))
    return {way: actor.walked for way, actor in actors.items()}
