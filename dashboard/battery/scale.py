"""Round numbers on an axis, and how high a value stands on it. Pure."""

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
ABOUT = 4  # parts of an axis


class Scale(NamedTuple):
    """From `low` to `high`, with a line at each of `ticks`."""

    low: float
    high: float
    ticks: Sequence[float]

    def down(self, value: float) -> float:
        """How far below the top it stands, from 0 to 100; beyond the ends is at the ends."""
        share = (self.high - value) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)


def scale_of(values: Iterable[float]) -> Scale:
    """A scale with round ends that holds 0 and all values."""
    found = [0.0, *values]
    low, high = min(found), max(found)
    step = step_of((high - low) / ABOUT or 1.0)
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    ticks = [n * step for n in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], ticks)


def step_of(least: float) -> float:
    """The next round number."""
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in STEPS if step * power >= least * 0.999)
