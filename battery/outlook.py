"""The table of quantiles around the day-ahead price, from what is known at a moment. Pure.

Steps are single intervals to the end of the hour that runs, then hours: an hour's four or twelve
prices are mostly dear or cheap together, so to take them as independent draws would make waiting
for a better one look too good.
"""

from datetime import datetime, time, timedelta

import numpy as np

from battery.history import HOUR_S, History
from battery.policy import Parameters
from battery.quantiles import (
    DAY_HOURS,
    Floats,
    QuantileTable,
    Residuals,
    Whole,
    around,
    certain,
    learned,
)
from market.intervals import day_bounds, operating_date, pacific

# CAISO publishes tomorrow's day-ahead prices by then, Pacific.
DAY_AHEAD_OUT = time(13)
MOST_DAYS_BACK = 7
# Bids for a day's first intervals are fixed before it begins.
LEARNED_HOURS_BEFORE = 2


def learned_before(history: History, interval: int, parameters: Parameters) -> Residuals:
    """Residuals of the days before a day's first interval.

    None are assumed where too few were seen.
    """
    per_day = DAY_HOURS * history.per_hour
    until = max(interval - LEARNED_HOURS_BEFORE * history.per_hour, 0)
    seen = slice(max(until - parameters.learned_days * per_day, 0), until)
    found = learned(
        history.rt[seen],
        history.beside(seen),
        history.clock(seen),
        per_hour=history.per_hour,
        states=parameters.states,
        beside=parameters.hours_beside,
    )
    return found if is_enough(found, history, parameters) else certain(found)


def is_enough(residuals: Residuals, history: History, parameters: Parameters) -> bool:
    """Whether enough days were seen to believe what was learned of them."""
    per_day = DAY_HOURS * history.per_hour
    return residuals.intervals_seen >= parameters.least_days * per_day


def known_until(moment: datetime) -> datetime:
    """The end of the operating dates whose day-ahead prices are out by the rules at a moment."""
    today = operating_date(moment)
    out = pacific(moment).time() >= DAY_AHEAD_OUT
    return day_bounds(today + timedelta(days=1) if out else today)[1]


def outlook(
    history: History,
    first: int,
    residuals: Residuals,
    parameters: Parameters,
    *,
    known: datetime,
    issued_at: datetime,
) -> QuantileTable:
    """From interval `first` on, over the horizon; day-ahead prices from `known` on are not used.

    Hours without a day-ahead price get the one of the same hour of the last day that has it.
    """
    starts, hours = steps_from(history, first, parameters.horizon_hours)
    places = (starts - history.start_s) // HOUR_S
    base = assumed(history.day_ahead, places, history.hour_of(known))
    return around(
        base,
        history.hours_of_day[places],
        residuals,
        starts=starts,
        hours=hours,
        issued_at=issued_at.timestamp(),
    )


def steps_from(history: History, first: int, horizon_hours: int) -> tuple[Whole, Floats]:
    """Starts (epoch seconds) and lengths (hours) of the steps from an interval on."""
    per_hour = history.per_hour
    singles = np.arange(first, first + per_hour - first % per_hour)
    whole = np.arange(1, horizon_hours + 1) + first // per_hour
    starts = np.concatenate([singles * history.step_s, whole * HOUR_S]) + history.start_s
    lengths = np.concatenate([np.full(len(singles), history.hours), np.ones(len(whole))])
    return starts.astype(np.intp), lengths


def assumed(day_ahead: Floats, places: Whole, known: int) -> Floats:
    """Day-ahead prices by their place, as known before the place `known`; NaN if none is near."""
    beyond = np.maximum(places - known + 1, 0)
    nearest = places - DAY_HOURS * -(-beyond // DAY_HOURS)
    found = at(day_ahead, nearest)
    for _ in range(MOST_DAYS_BACK):
        missing = np.isnan(found)
        if not missing.any():
            break
        nearest = np.where(missing, nearest - DAY_HOURS, nearest)
        found = at(day_ahead, nearest)
    return found


def without_gaps(history: History, known: datetime) -> History:
    """With assumed day-ahead prices where none is held, so that real-time ones have one beside."""
    places = np.arange(len(history.day_ahead))
    return history._replace(day_ahead=assumed(history.day_ahead, places, history.hour_of(known)))


def at(values: Floats, places: Whole) -> Floats:
    """Values by their place; NaN where there is none."""
    inside = (places >= 0) & (places < len(values))
    return np.where(inside, values[np.where(inside, places, 0)], np.nan)
