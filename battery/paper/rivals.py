"""What the other policies want to do on a day on paper, as in a back-test. Pure.

None sees a real-time price of the day, but that of the very interval it acts in:

- `day_ahead_rt`, `day_ahead_da`: the best for the day's day-ahead prices, as if the day after had
  the same ones, paid at real-time or at day-ahead prices;
- `yesterday`: the same for yesterday's real-time prices, at the same time of day;
- `clock`: in from 10:00 to 15:00 and out from 18:00 to 22:00;
- `thresholds`: in below 0 and out above 100 $/MWh.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np

from battery.asset import Asset
from battery.backtests import rivals
from battery.dispatch import optimise
from battery.ledger import Line
from battery.paper.run import Limits
from market.intervals import floor, pacific
from market.markets import Market
from prices.daily_figures import Lmps

DAY_AHEAD_RT, DAY_AHEAD_DA, NOTHING = "day_ahead_rt", "day_ahead_da", "nothing"
CLOCK, YESTERDAY, THRESHOLDS = "clock", "yesterday", "thresholds"

Powers = Mapping[datetime, float]


class Known(NamedTuple):
    """What is known before a day: its day-ahead LMPs, and yesterday's real-time ones.

    `starts` are the starts of all of the day's intervals.
    """

    starts: Sequence[datetime]
    day_ahead: Lmps
    yesterday: Lmps


class Slot(NamedTuple):
    """Intervals run at one power, at one price that is expected; `hours` is their length."""

    starts: Sequence[datetime]
    price: float
    hours: float


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
        CLOCK: {start: rivals.at_clock(asset, pacific(start).hour) for start in starts},
        YESTERDAY: shaped(asset, starts, hours, start_mwh, known.yesterday, limits),
        THRESHOLDS: {
            line.interval_start: rivals.THRESHOLDS.power_mw(asset, float(line.rt_price))
            for line in lines
        },
    }
    return {policy: powers for policy, powers in found.items() if powers is not None}


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
    slots = [Slot(group, float(day_ahead[hour]), len(group) * hours_each) for hour, group in hours]
    return best(asset, slots, sorted_lmps(day_ahead), start_mwh, limits)


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
    """By yesterday's price at the same time on the clock.

    Where yesterday's clock sprang over it, by the one of an hour before.
    """
    by_clock = {clock_of(start): float(lmp) for start, lmp in yesterday.items()}
    clocks = [clock_of(start) for start in starts]
    prices = [by_clock.get(at, by_clock.get((at[0] - 1, at[1]))) for at in clocks]
    slots = [
        Slot([at], price, hours_each)
        for at, price in zip(starts, prices, strict=True)
        if price is not None
    ]
    if len(slots) < len(starts):
        return None
    return best(asset, slots, sorted_lmps(yesterday), start_mwh, limits)


def clock_of(start: datetime) -> tuple[int, int]:
    local = pacific(start)
    return local.hour, local.minute


def sorted_lmps(lmps: Lmps) -> list[float]:
    return [float(lmps[start]) for start in sorted(lmps)]


def best(
    asset: Asset,
    slots: Sequence[Slot],
    day_after: Sequence[float],
    start_mwh: float,
    limits: Limits,
) -> Powers:
    """The powers of the optimum, with what comes after the slots in mind."""
    most_in, most_out = (
        [
            float(np.mean([limits[at][side] if at in limits else power for at in slot.starts]))
            for slot in slots
        ]
        + [power] * len(day_after)
        for side, power in enumerate((asset.power_in_mw, asset.power_out_mw))
    )
    found = optimise(
        asset,
        [*(slot.price for slot in slots), *day_after],
        [*(slot.hours for slot in slots), *[slots[-1].hours] * len(day_after)],
        start_mwh=start_mwh,
        max_in_mw=most_in,
        max_out_mw=most_out,
    )
    powers = found.power_mw[: len(slots)].tolist()
    pairs = zip(slots, powers, strict=True)
    return {start: power for slot, power in pairs for start in slot.starts}
