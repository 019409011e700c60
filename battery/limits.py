"""The power that outages and the grid leave to a battery, step by step. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from battery.asset import Asset
from battery.grid_hours import GridHours
from battery.policy import Limits
from battery.quantiles import Floats, Whole

HOUR_S = 3600


def limits_of(
    asset: Asset,
    starts: Whole,
    hours: Floats,
    hours_of_day: Whole,
    *,
    outages: Iterable[tuple[datetime, datetime]] = (),
    grid: Iterable[GridHours] = (),
) -> Limits:
    """Of steps by their start (epoch seconds), length and Pacific hour of the day.

    A step of which an outage takes a part has so much less power over its whole length.
    """
    in_mw, out_mw = (
        np.full(len(starts), asset.power_in_mw),
        np.full(len(starts), asset.power_out_mw),
    )
    for limit in grid:
        here = holding(limit, hours_of_day)
        if limit.in_mw is not None:
            in_mw[here] = np.minimum(in_mw[here], limit.in_mw)
        if limit.out_mw is not None:
            out_mw[here] = np.minimum(out_mw[here], limit.out_mw)
    running = np.ones(len(starts))
    for start, end in outages:
        running -= share_within(starts, hours, start, end)
    running = np.clip(running, 0.0, 1.0)
    return Limits(in_mw * running, out_mw * running)


def holding(limit: GridHours, hours_of_day: Whole) -> NDArray[np.bool_]:
    """At which hours of the day a limit applies; from 22 to 6 is over midnight."""
    after, before = hours_of_day >= limit.from_hour, hours_of_day < limit.until_hour
    return after & before if limit.from_hour < limit.until_hour else after | before


def share_within(starts: Whole, hours: Floats, start: datetime, end: datetime) -> Floats:
    """Which share of each step lies in a time."""
    ends = starts + hours * HOUR_S
    first = start.astimezone(UTC).timestamp()
    last = end.astimezone(UTC).timestamp()
    inside = np.minimum(ends, last) - np.maximum(starts, first)
    shares: Floats = np.clip(inside / (hours * HOUR_S), 0.0, 1.0)
    return shares
