"""One measured figure beside its floor and its limit, and the arithmetic for it."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A line of the table. `met` is None where there is no limit."""

    what: str
    ours: str
    floor: str = ""
    ratio: float | None = None
    limit: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "met", False: "missed"}[self.met]


@dataclass(frozen=True)
class Rounds:
    """Seconds of ours and of the floor, measured in turn: the n-th of each make a pair."""

    ours: Sequence[float]
    floor: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios: a slow moment of the machine slows both of a pair."""
        return statistics.median(o / f for o, f in zip(self.ours, self.floor, strict=True))

    @property
    def seconds(self) -> float:
        return statistics.median(self.ours)

    @property
    def floor_seconds(self) -> float:
        return statistics.median(self.floor)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def timed_ratio(what: str, rounds: Rounds, floor: str, most: float | None) -> Figure:
    """Ours against its floor, in seconds; `most` None: for comparison only."""
    return Figure(
        what=f"{what}, median of {len(rounds.ours)} rounds",
        ours=f"{rounds.seconds:.3f} s",
        floor=f"{rounds.floor_seconds:.3f} s {floor}",
        ratio=rounds.ratio,
        limit="" if most is None else f"≤ {most:g} ×",
        met=None if most is None else rounds.ratio <= most,
    )
