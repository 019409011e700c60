"""A past made up from a seed: day-ahead prices with a shape, and real-time ones about them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np

from battery.asset import Asset
from battery.backtests.trial import Trial, whole_days
from battery.history import AHEAD, HOUR_S, History, clock_hours
from battery.policy import Parameters
from market.intervals import day_bounds
from market.markets import Market
from tests.battery.days import asset

QUICK = Parameters(states=3, levels=40, learned_days=20, least_days=5, horizon_hours=24)
A_DAY = timedelta(days=1)


def past(
    first: date,
    last: date,
    *,
    seed: int = 1,
    market: Market = Market.RTPD,
    missing: Iterable[datetime] = (),
) -> History:
    """Every price held but the real-time ones of `missing` intervals; some are below 0."""
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    step_s = int(market.interval.total_seconds())
    hours = int((end + AHEAD - start).total_seconds()) // HOUR_S
    per_hour, count = HOUR_S // step_s, int((end - start).total_seconds()) // step_s
    luck = np.random.default_rng(seed)
    clock = clock_hours(start, hours)
    shape = 45 + 40 * np.sin((clock - 13) / 24 * 4 * np.pi) + luck.normal(0, 8, hours)
    spells = luck.normal(0, 12, count // (6 * per_hour) + 1).repeat(6 * per_hour)[:count]
    rt = shape.repeat(per_hour)[:count] + spells + 10 * luck.standard_t(3, count)
    found = History(market, int(start.timestamp()), step_s, rt, shape, clock)
    for moment in missing:
        rt[found.interval_of(moment)] = np.nan
    return found


def trial(
    history: History, first: date, last: date, *, of: Asset | None = None, **given: float
) -> Trial:
    battery = of or asset()
    start = given.pop("start_mwh", battery.soc_min_mwh)
    return Trial(history, battery, whole_days(history, first, last), start, **given)


def with_noise(
    history: History, *, rt_from: int | None = None, day_ahead_from: int | None = None
) -> History:
    """The same with other prices from an interval on, and from a day-ahead hour on."""
    luck = np.random.default_rng(99)
    rt, day_ahead = history.rt.copy(), history.day_ahead.copy()
    if rt_from is not None:
        rt[rt_from:] = luck.normal(0, 500, len(rt) - rt_from)
    if day_ahead_from is not None:
        day_ahead[day_ahead_from:] = luck.normal(0, 500, len(day_ahead) - day_ahead_from)
    return history._replace(rt=rt, day_ahead=day_ahead)
