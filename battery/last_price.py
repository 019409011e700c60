"""The last real-time price, and what it says of the interval after it. Pure."""

from typing import NamedTuple

import numpy as np

from battery.history import History
from battery.policy import Parameters
from battery.quantiles import Floats, Residuals

LAST_HOURS = 4


class LastPrice(NamedTuple):
    """A real-time price, the day-ahead price of its hour, and its Pacific hour of the day."""

    lmp: float
    day_ahead: float
    hour: int


def last_known(history: History, newest: int) -> LastPrice | None:
    """The last real-time price up to an interval; None if there is none in the last hours."""
    for interval in range(newest, max(newest - LAST_HOURS * history.per_hour, -1), -1):
        hour = interval // history.per_hour
        lmp, day_ahead = history.rt[interval], history.day_ahead[hour]
        if not np.isnan(lmp) and not np.isnan(day_ahead):
            return LastPrice(float(lmp), float(day_ahead), int(history.hours_of_day[hour]))
    return None


def state_chances(residuals: Residuals, last: LastPrice | None) -> Floats:
    """Of each price state of the interval after the last price; even if there is none."""
    if last is None:
        return np.full(residuals.states, 1 / residuals.states)
    state = np.searchsorted(residuals.bounds[last.hour], last.lmp - last.day_ahead)
    chances: Floats = residuals.interval[state]
    return chances


def expected_price(
    parameters: Parameters, prices: Floats, chances: Floats, last: LastPrice | None
) -> float:
    """Of the coming interval: between the last price and what mostly follows it."""
    mostly = float(chances @ prices)
    if last is None:
        return mostly
    share = parameters.last_price_share
    return share * last.lmp + (1 - share) * mostly
