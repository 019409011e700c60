"""Functions of the state of charge that are made of straight pieces, of any shape. Pure."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from battery.optimum.horizon import Floats

# MWh below which two points are one, and the share of a value that rounding may have moved it.
NEAR = 1e-12


@dataclass(frozen=True)
class Pieces:
    """Straight from each point to the next; the points rise."""

    at: Floats
    value: Floats

    def __call__(self, at: Floats) -> Floats:
        values: Floats = np.interp(at, self.at, self.value)
        return values

    def tilted(self, slope: float) -> "Pieces":
        """With a straight line added."""
        return Pieces(self.at, self.value + slope * self.at)

    def mirrored(self) -> "Pieces":
        return Pieces(-self.at[::-1], self.value[::-1])

    def best_ahead(self, most: float) -> "Pieces":
        """The highest value from each point to `most` after it.

        It is found where one stands, at the far end, or at a point in between.
        """
        if most <= NEAR:
            return self
        earlier = self.at - most
        knots = distinct(self.at, earlier[earlier > self.at[0]])
        here, far = self(knots), self(knots + most)
        between = self.highest_between(knots[1:] - NEAR, knots[:-1] + most + NEAR)
        return envelope(
            knots,
            np.array([here[:-1], far[:-1], between]),
            np.array([here[1:], far[1:], between]),
        )

    def highest_between(self, first: Floats, last: Floats) -> Floats:
        """The highest of the points from each `first` to each `last`; the lowest of all if none."""
        i, j = np.searchsorted(self.at, first), np.searchsorted(self.at, last)
        some = i < j
        highest: Floats = np.full(len(first), self.value.min())
        if some.any():
            padded = np.append(self.value, -np.inf)
            highest[some] = np.maximum.reduceat(padded, np.stack([i, j], axis=1)[some].ravel())[::2]
        return highest

    def best_of(self, other: "Pieces") -> "Pieces":
        """The higher of two functions over the same range, without the points it can spare."""
        knots = distinct(self.at, other.at)
        both = np.array([self(knots), other(knots)])
        return envelope(knots, both[:, :-1], both[:, 1:]).thinned()

    def thinned(self) -> "Pieces":
        """Without points that lie on the straight line between their neighbours.

        Never two neighbours at once: two at a peak, next to nothing apart, would drop each other.
        """
        before, after = np.diff(self.at)[:-1], np.diff(self.at)[1:]
        share = before / (before + after)
        straight = self.value[:-2] + (self.value[2:] - self.value[:-2]) * share
        middle = self.value[1:-1]
        bent = np.abs(straight - middle) > NEAR * (1 + np.abs(middle))
        nth = np.arange(1, len(bent) + 1)
        since_bent = nth - np.maximum.accumulate(np.where(bent, nth, 0))
        kept = np.concatenate([[True], since_bent % 2 == 0, [True]])
        return self if kept.all() else Pieces(self.at[kept], self.value[kept]).thinned()


def distinct(*points: Floats) -> Floats:
    """All points in order, each once; the first and the last remain exactly what they are."""
    ordered = np.sort(np.concatenate(points))
    once: Floats = ordered[np.concatenate([[True], np.diff(ordered) > NEAR])]
    once[-1] = ordered[-1]
    return once


def envelope(knots: Floats, lefts: Floats, rights: Floats) -> Pieces:
    """The highest of some lines between knots, given by their values at both ends of each."""
    tops, ends = lefts.max(axis=0), rights.max(axis=0)
    values = np.concatenate([tops[:1], np.maximum(tops[1:], ends[:-1]), ends[-1:]])
    at, value = [knots], [values]
    for i, j in combinations(range(len(lefts)), 2):
        before, after = lefts[i] - lefts[j], rights[i] - rights[j]
        crossed = np.flatnonzero(before * after < 0)
        share = before[crossed] / (before[crossed] - after[crossed])
        at.append(knots[crossed] + share * (knots[crossed + 1] - knots[crossed]))
        left, right = lefts[:, crossed], rights[:, crossed]
        value.append((left + share * (right - left)).max(axis=0))
    return in_order(np.concatenate(at), np.concatenate(value))


def in_order(at: Floats, value: Floats) -> Pieces:
    """Points in order, each once: of two that are one, the end of the range or the first."""
    order = np.argsort(at, kind="stable")
    at, value = at[order], value[order]
    kept = np.concatenate([[True], np.diff(at) > NEAR])
    kept[-1] = True
    if len(at) > 2 and at[-1] - at[-2] <= NEAR:
        kept[-2] = False
    return Pieces(at[kept], value[kept])
