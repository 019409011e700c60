"""What a stored MWh is worth, by dynamic programming on a grid of states of charge. Pure.

Exact but for the grid: between its points the value is taken as straight. A step goes one way by
construction, so prices below 0 and values that are not concave need nothing of their own.
"""

import numpy as np
from numpy.typing import ArrayLike

from battery.asset import Asset
from battery.optimum.course import Dispatch, course
from battery.optimum.horizon import Floats, Horizon, horizon

CELLS = 400


def best_course(
    asset: Asset,
    prices: ArrayLike,
    hours: ArrayLike,
    *,
    start_mwh: float,
    end_mwh: float | None = None,
    left_usd_mwh: float = 0.0,
    max_in_mw: ArrayLike | None = None,
    max_out_mw: ArrayLike | None = None,
) -> Dispatch:
    """As `dispatch.optimise`, next to its optimum and without a bound.

    It misses at most about what a cell of the grid (1/400 of the usable energy) is worth between
    the highest and the lowest price. Raises Impossible with a sentence.
    """
    asked = horizon(
        asset,
        prices,
        hours,
        start_mwh=start_mwh,
        end_mwh=end_mwh,
        left_usd_mwh=left_usd_mwh,
        max_in_mw=max_in_mw,
        max_out_mw=max_out_mw,
    )
    grid = np.linspace(asset.soc_min_mwh, asset.soc_max_mwh, CELLS + 1)
    values = backward(asked, grid)
    soc = forward(asked, grid, values)
    return course(asked, soc, slopes(grid, values, soc))


def backward(asked: Horizon, grid: Floats) -> Floats:
    """The value of being at each point of the grid before each step and after the last."""
    values = np.empty((asked.steps + 1, len(grid)))
    values[-1] = asked.left_usd_mwh * grid
    values[-1] -= penalty(asked) * np.maximum(asked.least_end_mwh - grid, 0)
    buy, sell = asked.buy_usd_mwh, asked.sell_usd_mwh
    for step in range(asked.steps - 1, -1, -1):
        then = values[step + 1]
        up = climbed(grid, then - buy[step] * grid, asked.most_in_mwh[step]) + buy[step] * grid
        mirrored = (then - sell[step] * grid)[::-1]
        down = climbed(-grid[::-1], mirrored, asked.most_out_mwh[step])[::-1] + sell[step] * grid
        values[step] = np.maximum(up, down)
    return values


def penalty(asked: Horizon) -> float:
    """More than a MWh that is missing at the end can have saved ($/MWh)."""
    most = max(np.abs(asked.buy_usd_mwh).max(), np.abs(asked.sell_usd_mwh).max())
    return 2 * float(most) + abs(asked.left_usd_mwh) + 1


def climbed(grid: Floats, values: Floats, most: float) -> Floats:
    """The highest value from each point of a rising, even grid to `most` above it."""
    cell = (grid[-1] - grid[0]) / (len(grid) - 1)
    whole = min(int(most / cell), len(grid) - 1)
    return np.maximum(highest_ahead(values, whole), np.interp(grid + most, grid, values))


def highest_ahead(values: Floats, count: int) -> Floats:
    """The highest of each value and the `count` after it, from spans that double."""
    highest, span = values.copy(), 1
    while span <= count:
        ahead = min(span, count + 1 - span)
        np.maximum(highest[:-ahead], highest[ahead:], out=highest[:-ahead])
        span += ahead
    return highest


def forward(asked: Horizon, grid: Floats, values: Floats) -> Floats:
    """The best states of charge from the start: to a point of the grid, at full power, or still."""
    needed = needed_mwh(asked)
    soc = np.empty(asked.steps + 1)
    soc[0] = now = asked.start_mwh
    buy, sell = asked.buy_usd_mwh, asked.sell_usd_mwh
    for step in range(asked.steps):
        lowest = max(now - asked.most_out_mwh[step], needed[step + 1])
        highest = min(now + asked.most_in_mwh[step], grid[-1])
        i, j = np.searchsorted(grid, [lowest, highest])
        then = np.concatenate([[min(max(now, lowest), highest), lowest, highest], grid[i:j]])
        change = then - now
        gained = -change * np.where(change > 0, buy[step], sell[step])
        gained += np.interp(then, grid, values[step + 1])
        soc[step + 1] = now = float(then[np.argmax(gained)])
    return soc


def needed_mwh(asked: Horizon) -> Floats:
    """The lowest states of charge from which the end can still be reached."""
    later = np.concatenate([np.cumsum(asked.most_in_mwh[::-1])[::-1], [0.0]])
    return np.maximum(asked.least_end_mwh - later, asked.asset.soc_min_mwh)


def slopes(grid: Floats, values: Floats, soc: Floats) -> Floats:
    """What one more stored MWh is worth at the end of each step; at full, what the last one is."""
    cells = np.searchsorted(grid, soc[1:], side="right") - 1
    below = np.minimum(cells, len(grid) - 2)
    after = np.arange(1, len(soc))
    slope: Floats = (values[after, below + 1] - values[after, below]) / (grid[1] - grid[0])
    return slope
