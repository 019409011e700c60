"""What one battery should do in one interval, from what is known of it. Pure."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from battery.advice.plan import SMALLEST_MW, PlanStep, Run, action_of, next_run, planned
from battery.advice.reasons import (
    EMPTY,
    FULL,
    NEEDED,
    NO_GRID_IN,
    NO_GRID_OUT,
    Next,
    Situation,
    from_epoch,
    reason,
)
from battery.asset import Asset
from battery.history import History
from battery.last_price import LastPrice, expected_price, last_known, state_chances
from battery.outlook import outlook
from battery.policy import (
    NEVER,
    Limits,
    Parameters,
    left_at_end,
    stored_value,
)
from battery.quantiles import Floats, QuantileTable, Residuals

OLDEST = timedelta(minutes=15)


@dataclass(frozen=True)
class Known:
    """What a decision is made from. `day_ahead_until` is where the day-ahead prices held end."""

    history: History
    interval: int
    residuals: Residuals
    parameters: Parameters
    day_ahead_until: datetime
    soc_mwh: float
    left_usd_mwh: float | None
    end_mwh: float | None


class Decided(NamedTuple):
    """What to do, MW positive to the grid, the numbers behind it, and a sentence of them."""

    seen: Situation
    power_mw: float
    reason: str
    plan: list[PlanStep]


class Expected(NamedTuple):
    """The interval's price, whether it is its own, and the chances of its price states."""

    price: float
    published: bool
    chances: Floats


def table_of(known: Known, *, now: datetime) -> QuantileTable:
    """The quantiles from the interval on; NaN in the first row where no day-ahead price is near."""
    return outlook(
        known.history,
        known.interval,
        known.residuals,
        known.parameters,
        known=known.day_ahead_until,
        issued_at=now,
    )


def newest_price(history: History, interval: int) -> tuple[LastPrice, int] | None:
    """The last real-time price up to an interval, and which interval's it is."""
    for back in range(interval, max(interval - 4 * history.per_hour, -1), -1):
        if not np.isnan(history.rt[back]) and (last := last_known(history, back)):
            return last, back
    return None


def is_stale(history: History, interval: int, newest: int) -> bool:
    """Whether the newest price is too old to act on: over 15 minutes, or two intervals."""
    age = timedelta(seconds=(interval - newest) * history.step_s)
    return age > max(OLDEST, 2 * timedelta(seconds=history.step_s))


def expected(known: Known, table: QuantileTable) -> Expected:
    """The interval's own price where it is published already, else what the last one says."""
    history, interval = known.history, known.interval
    own = history.rt[interval]
    if not np.isnan(own):
        chances = np.zeros(known.residuals.states)
        chances[table.state_of(0, float(own))] = 1.0
        return Expected(float(own), True, chances)
    last = last_known(history, interval - 1)
    chances = state_chances(known.residuals, last)
    price = expected_price(known.parameters, table.prices[0], chances, last)
    return Expected(price, False, chances)


def decide(asset: Asset, known: Known, table: QuantileTable, limits: Limits) -> Decided:
    """The action, the plan behind it, and the reason for it."""
    left = left_at_end(
        asset,
        table.prices.mean(axis=1),
        known.parameters,
        left_usd_mwh=known.left_usd_mwh,
        end_mwh=known.end_mwh,
    )
    value = stored_value(asset, table, known.residuals, left, limits=limits)
    now_priced = expected(known, table)
    plan = planned(
        value,
        table,
        known.residuals,
        now_priced.chances,
        now_priced.price,
        known.soc_mwh,
        limits=limits,
    )
    slopes = now_priced.chances @ value.after[0]
    seen = situation(asset, known, slopes, now_priced, plan, limits)
    power = 0.0 if seen.action == "hold" else round(plan[0].power_mw, 3)
    return Decided(seen, power, reason(seen), plan)


def situation(
    asset: Asset,
    known: Known,
    slopes: Floats,
    priced: Expected,
    plan: list[PlanStep],
    limits: Limits,
) -> Situation:
    """The numbers that the action follows from, and the reason names."""
    hours, action = plan[0].hours, action_of(plan[0].power_mw)
    below, above = worth_around(asset, slopes, known.soc_mwh, hours)
    no_charging = why_no_charging(asset, known.soc_mwh, hours, limits)
    no_discharging = why_no_discharging(asset, known.soc_mwh, hours, limits, below)
    return Situation(
        starts=from_epoch(plan[0].start),
        action=action,
        price=priced.price,
        published=priced.published,
        worth=known_worth(below if action == "discharge" else above),
        brings=(priced.price - asset.wear_usd_mwh) * asset.discharge_efficiency,
        pays_up_to=None if no_charging else above * asset.charge_efficiency,
        pays_from=None if no_discharging else pays_from(asset, below),
        no_charging=no_charging,
        no_discharging=no_discharging,
        next=coming(known, plan, action),
    )


def pays_from(asset: Asset, below: float) -> float:
    """From which price on discharging pays; it is not done where charging would pay more."""
    return max(
        below / asset.discharge_efficiency + asset.wear_usd_mwh, below * asset.charge_efficiency
    )


def why_no_charging(asset: Asset, soc_mwh: float, hours: float, limits: Limits) -> str:
    """Why not even the smallest power is possible; empty if one is."""
    if asset.soc_max_mwh - soc_mwh <= smallest_in_mwh(asset, hours):
        return FULL
    return "" if limits.in_mw[0] > SMALLEST_MW else NO_GRID_IN


def why_no_discharging(
    asset: Asset, soc_mwh: float, hours: float, limits: Limits, below: float
) -> str:
    if soc_mwh - asset.soc_min_mwh <= smallest_out_mwh(asset, hours):
        return EMPTY
    if limits.out_mw[0] <= SMALLEST_MW:
        return NO_GRID_OUT
    return NEEDED if known_worth(below) is None else ""


def smallest_in_mwh(asset: Asset, hours: float) -> float:
    return SMALLEST_MW * hours * asset.charge_efficiency


def smallest_out_mwh(asset: Asset, hours: float) -> float:
    return SMALLEST_MW * hours / asset.discharge_efficiency


def worth_around(asset: Asset, slopes: Floats, soc_mwh: float, hours: float) -> tuple[float, float]:
    """What the last stored MWh is worth, and what one more is, beyond what is too little to act.

    They are the slopes that `best_soc` compares with the price.
    """
    per_mwh, empty = len(slopes) / asset.usable_mwh, asset.soc_min_mwh
    below = math.ceil((soc_mwh - smallest_out_mwh(asset, hours) - empty) * per_mwh) - 1
    above = math.floor((soc_mwh + smallest_in_mwh(asset, hours) - empty) * per_mwh)
    last = len(slopes) - 1
    return float(slopes[min(max(below, 0), last)]), float(slopes[min(max(above, 0), last)])


def known_worth(slope: float) -> float | None:
    """None where the state of charge is needed to end as it must."""
    return slope if slope < NEVER / 2 else None


OTHERS = {"charge": ("discharge",), "discharge": ("charge",), "hold": ("charge", "discharge")}


def coming(known: Known, plan: list[PlanStep], action: str) -> Next | None:
    """What is planned next: after charging a sale, after discharging a charge, else either."""
    found: Run | None = next_run(plan, after=1, actions=OTHERS[action])
    if found is None:
        return None
    starts = from_epoch(found.start)
    return Next(found.action, starts, found.price, starts >= known.day_ahead_until)
