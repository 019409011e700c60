"""What real-time prices may come to, interval by interval, around the day-ahead price. Pure.

A `QuantileTable` is what every forecaster gives: for each coming step a few equally likely prices,
and when it was made. `Persistence` says how prices keep their rank among them from step to step:
an interval that is dear for its hour is mostly followed by another. Together they are a Markov
chain of price states, which is how the decaying difference of the last intervals, and what is
uncertain about it, come into the value of stored energy.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
DAY_HOURS = 24
# As if each change of state had been seen this often before: none is impossible.
SEEN_BEFORE = 1.0


class Residuals(NamedTuple):
    """How real-time prices differed from day-ahead by Pacific hour, $/MWh, in `states` ranks.

    `bounds` (24, states − 1) lie between the ranks, `middles` (24, states) are their medians.
    `interval` and `hour` (states, states) are how often a rank was followed by each other one
    after an interval, and after an hour.
    """

    bounds: Floats
    middles: Floats
    interval: Floats
    hour: Floats
    intervals_seen: int

    @property
    def states(self) -> int:
        return len(self.interval)


class QuantileTable(NamedTuple):
    """Equally likely prices of coming steps, $/MWh, made at `issued_at` (epoch seconds).

    `starts` (T,) are the steps' starts in epoch seconds and `hours` (T,) their lengths; `prices`
    (T, states) rise along a row, and `bounds` (T, states − 1) lie between them.
    """

    issued_at: float
    starts: NDArray[np.int64]
    hours: Floats
    prices: Floats
    bounds: Floats

    def state_of(self, step: int, price: float) -> int:
        """Which of the step's states a price is."""
        found: int = int(np.searchsorted(self.bounds[step], price))
        return found


def learned(
    rt: Floats, day_ahead: Floats, hours_of_day: Whole, *, per_hour: int, states: int, beside: int
) -> Residuals:
    """From prices of consecutive intervals, NaN where none is held; `rt` beside `day_ahead`.

    An hour of the day also counts the `beside` hours before and after it.
    """
    differences = rt - day_ahead
    held = ~np.isnan(differences)
    bounds = np.zeros((DAY_HOURS, states - 1))
    middles = np.zeros((DAY_HOURS, states))
    ranks = np.full(len(rt), -1)
    by_hour = [np.sort(differences[held & (hours_of_day == hour)]) for hour in range(DAY_HOURS)]
    for hour in range(DAY_HOURS):
        near = [by_hour[(hour + by) % DAY_HOURS] for by in range(-beside, beside + 1)]
        seen = np.sort(np.concatenate(near))
        if len(seen) < states:
            continue
        bounds[hour] = quantiles(seen, np.arange(1, states) / states)
        middles[hour] = quantiles(seen, (np.arange(states) + 0.5) / states)
        of_hour = held & (hours_of_day == hour)
        ranks[of_hour] = np.searchsorted(bounds[hour], differences[of_hour])
    return Residuals(
        bounds,
        middles,
        followed(ranks, 1, states),
        followed(ranks, per_hour, states),
        int(held.sum()),
    )


def quantiles(ordered: Floats, shares: Floats) -> Floats:
    """Of sorted values, interpolated between the two nearest."""
    places = shares * (len(ordered) - 1)
    below = places.astype(np.intp)
    above = np.minimum(below + 1, len(ordered) - 1)
    return ordered[below] + (places - below) * (ordered[above] - ordered[below])


def followed(ranks: Whole, later: int, states: int) -> Floats:
    """How often each rank was followed by each other one `later` intervals on; rows sum to 1."""
    before, after = ranks[:-later], ranks[later:]
    both = (before >= 0) & (after >= 0)
    counts = np.full((states, states), SEEN_BEFORE)
    np.add.at(counts, (before[both], after[both]), 1.0)
    shares: Floats = counts / counts.sum(axis=1, keepdims=True)
    return shares


def around(
    day_ahead: Floats,
    hours_of_day: Whole,
    residuals: Residuals,
    *,
    starts: NDArray[np.int64],
    hours: Floats,
    issued_at: float,
) -> QuantileTable:
    """The table of steps whose day-ahead prices and hours of the day are these."""
    base = day_ahead[:, None]
    return QuantileTable(
        issued_at,
        starts,
        hours,
        base + residuals.middles[hours_of_day],
        base + residuals.bounds[hours_of_day],
    )


def certain(residuals_of: Residuals) -> Residuals:
    """Without any difference from day-ahead: what is assumed before enough has been seen."""
    return residuals_of._replace(
        middles=np.zeros_like(residuals_of.middles), bounds=np.zeros_like(residuals_of.bounds)
    )
