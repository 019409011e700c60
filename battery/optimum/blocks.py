"""Charge or discharge, not both, where a linear programme would do both to burn energy. Pure.

Only the steps around those in which it burns are decided anew. They are cut out as blocks that
begin and end where the battery is pressed against empty or full, and each is solved alone, with the
states of charge at its two borders free at a value. The bounds of all parts add up to a bound of
the whole whatever those values are (Lagrange's); the course that reaches it is the best there is.
"""

from dataclasses import dataclass, field

import numpy as np

from battery.optimum.course import Dispatch, course
from battery.optimum.horizon import Horizon
from battery.optimum.one_way import best_ways
from battery.optimum.programme import Flags, Indices, relaxed
from battery.optimum.relaxation import Relaxation

MOST_GAP = 1e-6
PRESSED_USD_MWH = 0.01

Span = tuple[int, int]


def without_burning(asked: Horizon, relaxation: Relaxation) -> Dispatch:
    """The best course of one way in each step: blocks grow until it reaches the bound."""
    blocks = Blocks(relaxation)
    while True:
        charging, bound = blocks.solved()
        answer = relaxation.along(charging)
        best = course(asked, answer.soc, answer.stored_usd_mwh, bound)
        if (best.gap or 0.0) <= MOST_GAP or not blocks.grow():
            return best


@dataclass
class Blocks:
    """Stretches of a horizon, each from one border to another."""

    relaxation: Relaxation
    known: dict[Span, tuple[float, Flags]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.borders = borders(self.relaxation)
        after = np.searchsorted(self.borders, self.relaxation.both_ways, side="right").tolist()
        self.spans: list[Span] = [(end - 1, end) for end in sorted(set(after))]

    def solved(self) -> tuple[Flags, float]:
        """Which burning steps may charge (the others may discharge), and the bound of it all."""
        charging, bound = self.relaxation.charging, self.relaxation.bound
        for span in self.spans:
            first, last = self.borders[list(span)].tolist()
            if span not in self.known:
                self.known[span] = lowered(self.relaxation, first, last)
            less, chosen = self.known[span]
            bound -= less
            i, j = np.searchsorted(self.relaxation.flow.burning, [first, last])
            charging[i:j] = chosen
        return charging, bound

    def grow(self) -> bool:
        """Whether the blocks could take in what lies up to the next borders; overlaps are one."""
        wider = [(max(a - 1, 0), min(b + 1, len(self.borders) - 1)) for a, b in self.spans]
        merged = wider[:1]
        for a, b in wider[1:]:
            if a < merged[-1][1]:
                merged[-1] = (merged[-1][0], b)
            else:
                merged.append((a, b))
        grown = merged != self.spans
        self.spans = merged
        return grown


def borders(relaxation: Relaxation) -> Indices:
    """The moments, of N + 1, at which blocks may meet: pressed ones, away from burning steps."""
    burning = np.zeros(relaxation.flow.steps + 2, bool)
    burning[relaxation.flow.burning + 1] = True
    before, after = relaxation.worth()
    pressed = np.abs(after - before) > PRESSED_USD_MWH
    pressed &= ~burning[:-1] & ~burning[1:]
    pressed[[0, -1]] = True
    return np.flatnonzero(pressed)


def lowered(relaxation: Relaxation, first: int, last: int) -> tuple[float, Flags]:
    """By how much the bound of a block is too high, and which of its burning steps charge."""
    before, after = relaxation.worth()
    values = (before + after) / 2
    values[[0, -1]] = 0.0
    block = relaxation.flow.part(first, last, values[first], values[last])
    bound, charging = best_ways(block)
    return relaxed(block).bound(relaxation.part_of_dual(first, last)) - bound, charging
