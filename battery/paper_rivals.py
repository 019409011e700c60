"""What the other policies want to do on a day on paper. Pure.

None sees a real-time price of the day, but that of the very interval it acts in:

- `day_ahead_rt`, `day_ahead_da`: the optimum against the day's day-ahead prices, whatever happens,
  paid at real-time or at day-ahead prices;
- `clock`: charges from 10:00 to 14:00 and discharges from 18:00 to 22:00;
- `yesterday`: the optimum against yesterday's real-time prices, at the same time of day;
- `thresholds`: charges below 0 and discharges above 100 $/MWh.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np

from battery.asset import HOUR, Asset
from battery.dispatch import optimise
from battery.ledger import Line
from battery.paper_run import Limits
from battery.policy import DEFAULT, left_at_end
from market.intervals import floor, pacific
from market.markets import Market
from prices.daily_figures import Lmps

DAY_AHEAD_RT, DAY_AHEAD_DA, NOTHING = "day_ahead_rt", "day_ahead_da", "nothing"
CLOCK, YESTERDAY, THRESHOLDS = "clock", "yesterday", "thresholds"
CHARGING_HOURS, DISCHARGING_HOURS = range(10, 14), range(18, 22)
CHARGE_BELOW, DISCHARGE_ABOVE = 0, 100

Powers = Mapping[datetime, float]


class Known(NamedTuple):
    """What is known before a day: its day-ahead LMPs, and yesterday's real-time ones.

    `starts` are the starts of all of the day's intervals.
    """

    starts: Sequence[datetime]
    day_ahead: Lmps
    yesterday: Lmps


def wanted(
    asset: Asset, lines: Sequence[Line], start_mwh: float, known: Known, limits: Limits
) -> dict[str, Powers]:
    """By policy, the power that it wants in the intervals of `lines`, from the first one on.

    A policy that lacks a price is not among them.
    """
    starts = [start for start in known.starts if start >= lines[0].interval_start]
    hours = float(lines[0].part_of_hour)
    found: dict[str, Powers | None] = {
        DAY_AHEAD_RT: scheduled(asset, starts, hours, start_mwh, known.day_ahead, limits),
        CLOCK: {start: at_clock(asset, pacific(start).hour) for start in starts},
        YESTERDAY: shaped(asset, starts, hours, start_mwh, known.yesterday, limits),
        THRESHOLDS: {line.interval_start: at_price(asset, float(line.rt_price)) for line in lines},
    }
    return {policy: powers for policy, powers in found.items() if powers is not None}


def at_clock(asset: Asset, hour: int) -> float:
    if hour in CHARGING_HOURS:
        return -asset.power_in_mw
    return asset.power_out_mw if hour in DISCHARGING_HOURS else 0.0


def at_price(asset: Asset, price: float) -> float:
    if price < CHARGE_BELOW:
        return -asset.power_in_mw
    return asset.power_out_mw if price > DISCHARGE_ABOVE else 0.0


def scheduled(
    asset: Asset,
    starts: Sequence[datetime],
    hours_each: float,
    start_mwh: float,
    day_ahead: Lmps,
    limits: Limits,
) -> Powers | None:
    """By the hours that are left of the day, the first of which may have begun."""
    hours = [(hour, list(group)) for hour, group in groupby(starts, hour_of)]
    if any(hour not in day_ahead for hour, _ in hours):
        return None
    prices = [float(day_ahead[hour]) for hour, _ in hours]
    lengths = [len(group) * hours_each for _, group in hours]
    powers = best(asset, prices, lengths, start_mwh, [group for _, group in hours], limits)
    return {
        start: power for (_, group), power in zip(hours, powers, strict=True) for start in group
    }


def hour_of(start: datetime) -> datetime:
    return floor(start, Market.DAM)


def shaped(
    asset: Asset,
    starts: Sequence[datetime],
    hours_each: float,
    start_mwh: float,
    yesterday: Lmps,
    limits: Limits,
) -> Powers | None:
    """By yesterday's price at the same time on the clock, or an hour later where it had none."""
    by_clock = {clock_of(start): float(lmp) for start, lmp in yesterday.items()}
    later = {clock_of(start - HOUR): float(lmp) for start, lmp in yesterday.items()}
    prices = [by_clock.get(clock_of(at), later.get(clock_of(at))) for at in starts]
    held = [price for price in prices if price is not None]
    if len(held) < len(starts):
        return None
    lengths = [hours_each] * len(held)
    powers = best(asset, held, lengths, start_mwh, [[at] for at in starts], limits)
    return dict(zip(starts, powers, strict=True))


def clock_of(start: datetime) -> tuple[int, int]:
    local = pacific(start)
    return local.hour, local.minute


def best(
    asset: Asset,
    prices: Sequence[float],
    hours: Sequence[float],
    start_mwh: float,
    starts: Sequence[Sequence[datetime]],
    limits: Limits,
) -> list[float]:
    """The powers of the optimum; what it leaves is worth what the policy of advice takes it for."""
    most_in, most_out = (
        [
            float(np.mean([limits[at][side] if at in limits else power for at in group]))
            for group in starts
        ]
        for side, power in enumerate((asset.power_in_mw, asset.power_out_mw))
    )
    found = optimise(
        asset,
        prices,
        hours,
        start_mwh=start_mwh,
        left_usd_mwh=float(left_at_end(asset, np.array([np.median(prices)]), DEFAULT)[-1]),
        max_in_mw=most_in,
        max_out_mw=most_out,
    )
    return [float(power) for power in found.power_mw]
