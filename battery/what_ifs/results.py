"""What a battery, as it is or as it would be, had earned over the same past days. Pure.

It begins empty. Each day it follows the best schedule for that day's day-ahead prices, as if the
day after had the same ones, and is paid at real-time prices: nothing is known that wasn't then.
Beside that is what nobody could have exceeded, with every real-time price known ahead. With a cap
on cycles that is a bound from above (Lagrange's): what can be earned at a price on cycles, plus
that price for each cycle that is allowed.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from battery.backtests.earned import Earned, Part, by_hour, by_month, earned
from battery.backtests.planned_days import day_ahead_schedule
from battery.backtests.rivals import best_powers
from battery.backtests.trial import Trial
from battery.cycle_price import cycles_of_optimum, meeting
from battery.history import History
from battery.limits import limits_of
from battery.measures import usd_per_kw_month
from battery.quantiles import DAY_HOURS, Floats
from battery.what_ifs.variant import Variant

SOME_DAYS = 3  # every third


class Outcome(NamedTuple):
    """The schedule, interval by interval, and what nobody could have exceeded, $ net."""

    trial: Trial
    followed: Earned
    perfect_usd: float


def outcome(history: History, days: Sequence[date], variant: Variant) -> Outcome:
    """Over days that are held whole, oldest first."""
    asset = variant.asset
    limits = None
    if variant.grid:
        hours = np.arange(DAY_HOURS)
        limits = limits_of(asset, hours, np.ones(DAY_HOURS), hours, grid=variant.grid)
    trial = Trial(history, asset, days, asset.soc_min_mwh, cap=variant.cap, limits=limits)
    prices = history.rt[trial.intervals]
    followed = earned(trial, day_ahead_schedule(trial), prices)
    return Outcome(trial, followed, most_usd(trial, prices))


def most_usd(trial: Trial, prices: Floats) -> float:
    """The net that nobody could have exceeded."""
    price = cycle_price(trial, prices)
    powers = best_powers(trial, prices, price)
    delivered = np.maximum(powers, 0)
    wear = trial.asset.wear_usd_mwh + price
    net = float(powers @ prices - delivered.sum() * wear) * trial.history.hours
    return float(net + price * allowed_mwh(trial)) if price else net


def cycle_price(trial: Trial, prices: Floats) -> float:
    """A price on wear at which the cap is about met, from the mean prices of some days' hours.

    The bound holds with any price; so near the best one it is hardly above what can be reached.
    """
    if trial.cap is None:
        return 0.0
    hourly = prices.reshape(-1, trial.history.per_hour).mean(axis=1)
    some = hourly[np.arange(len(hourly)) // DAY_HOURS % SOME_DAYS == 0]

    def cycled(usd_mwh: float) -> float:
        return cycles_of_optimum(trial.asset, some, usd_mwh) / (len(some) / DAY_HOURS)

    return meeting(trial.cap, cycled, most=float(np.ptp(some)) + abs(some.min()))


def allowed_mwh(trial: Trial) -> float:
    """What the cap lets out to the grid on all of the days."""
    asset = trial.asset
    return (trial.cap or 0.0) * len(trial.days) * asset.usable_mwh * asset.discharge_efficiency


def sums(found: Outcome) -> dict[str, Any]:
    """$ to the cent; `cycles` are a day's, on average."""
    trial, count = found.trial, len(found.trial.days)
    revenue = round(float(found.followed.revenue_usd.sum()), 2)
    wear = round(float(found.followed.wear_usd.sum()), 2)
    net = round(revenue - wear, 2)
    delivered = float(found.followed.delivered_mwh.sum())
    per_kw = usd_per_kw_month(Decimal(str(net)), count, trial.asset.power_out_mw)
    return {
        "net_usd": net,
        "revenue_usd": revenue,
        "wear_usd": wear,
        "cycles": round(trial.asset.cycles(delivered) / count, 3),
        "usd_kw_month": round(float(per_kw), 3),
        "days": count,
        "perfect_usd": round(found.perfect_usd, 2),
        "day_ahead_usd": net,
    }


def months(as_is: Outcome, would_be: Outcome) -> list[dict[str, Any]]:
    """Both schedules' net by month, `2026-11`, oldest first."""
    pairs = zip(
        *(by_month(one.trial, one.followed, one.followed) for one in (as_is, would_be)), strict=True
    )
    return [{"month": one.name, **both(one, other)} for one, other in pairs]


def hours(as_is: Outcome, would_be: Outcome) -> list[dict[str, Any]]:
    """Both schedules' net by the hour on a clock in California, 0 to 23."""
    pairs = zip(
        *(by_hour(one.trial, one.followed, one.followed) for one in (as_is, would_be)), strict=True
    )
    return [{"hour": int(one.name), **both(one, other)} for one, other in pairs]


def both(as_is: Part, would_be: Part) -> dict[str, float]:
    return {"as_is_usd": as_is.net_usd, "what_if_usd": would_be.net_usd}
