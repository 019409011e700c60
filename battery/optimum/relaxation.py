"""The linear programme of a horizon as HiGHS solved it, and what its row values say. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from battery.optimum.horizon import SMALLEST_MWH, Floats, Horizon
from battery.optimum.programme import Flags, Indices, flow, relaxed, run, solver


@dataclass(frozen=True)
class Answer:
    """Values of the columns and rows of a solved programme over N steps."""

    stored: Floats
    taken: Floats
    soc: Floats
    dual: Floats

    @property
    def stored_usd_mwh(self) -> Floats:
        """What one more MWh in the store at the end of each step is worth."""
        return self.dual[: len(self.stored)]


def answer(highs: Any, steps: int) -> Answer:
    solution = highs.getSolution()
    values = np.array(solution.col_value)
    return Answer(
        stored=values[:steps],
        taken=values[steps : 2 * steps],
        soc=values[2 * steps : 3 * steps + 1],
        dual=np.array(solution.row_dual),
    )


class Relaxation:
    """The best course if a burning step may go both ways within its hull."""

    def __init__(self, asked: Horizon) -> None:
        self.flow = flow(asked)
        self.programme = relaxed(self.flow)
        self.highs = solver(self.programme)
        run(self.highs)
        self.answer = answer(self.highs, self.flow.steps)
        self.bound = self.programme.bound(self.answer.dual)

    @property
    def charging(self) -> Flags:
        """Of the burning steps, those that charge more than they discharge, or do neither."""
        at = self.flow.burning
        return self.answer.stored[at] >= self.answer.taken[at]

    @property
    def both_ways(self) -> Indices:
        """The steps that burn."""
        at = self.flow.burning
        both = np.minimum(self.answer.stored[at], self.answer.taken[at]) > SMALLEST_MWH
        return at[both]

    def worth(self) -> tuple[Floats, Floats]:
        """What a MWh in the store is worth before each of N + 1 moments, and after it.

        The two differ where the state of charge is pressed against its limit.
        """
        n, k, burning = self.flow.steps, len(self.flow.burning), self.flow.burning
        dual = self.answer.dual
        after = np.append(dual[:n], self.flow.worth[-1])
        after[burning] += dual[n + k : n + 2 * k] - dual[n : n + k]
        return np.insert(dual[:n], 0, after[0]), after

    def part_of_dual(self, first: int, last: int) -> Floats:
        """The row values of some of the steps."""
        n, k = self.flow.steps, len(self.flow.burning)
        i, j = np.searchsorted(self.flow.burning, [first, last])
        rows = [np.arange(first, last), *(n + turn * k + np.arange(i, j) for turn in range(3))]
        part: Floats = self.answer.dual[np.concatenate(rows)]
        return part

    def along(self, charging: Flags) -> Answer:
        """The best course if each burning step goes the one way chosen for it.

        The rows of the hull then say nothing that the bounds do not, and would only blur what a
        stored MWh is worth, so they are let go.
        """
        n, burning = self.flow.steps, self.flow.burning
        columns = np.concatenate([burning, n + burning])
        most_in = np.where(charging, self.flow.most_in[burning], 0.0)
        most_out = np.where(charging, 0.0, self.flow.most_out[burning])
        rows = np.arange(n, len(self.programme.right))
        free = np.full(len(rows), np.inf)
        self.highs.changeColsBounds(
            len(columns), columns, np.zeros(len(columns)), np.concatenate([most_in, most_out])
        )
        self.highs.changeRowsBounds(len(rows), rows, -free, free)
        run(self.highs)
        return answer(self.highs, n)
