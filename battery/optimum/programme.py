"""The linear programme of a battery, in MWh of its store, for HiGHS. Pure.

Columns: N stored, N taken out, N + 1 states of charge. In these units the balance of the steps is
that of a network: ones alone.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from battery.optimum.horizon import Floats, Horizon

Indices = NDArray[np.int_]
Flags = NDArray[np.bool_]
# Presolve costs more here than it saves: the matrix is a path already.
OPTIONS: dict[str, float | str | bool] = {"threads": 1, "presolve": "off"}

Entry = tuple[Indices, Indices, Floats | float]


class Unsolved(Exception):
    """HiGHS found no optimum where there is one; its word for it."""


@dataclass(frozen=True)
class Flow:
    """N steps: what a MWh costs and brings, the limits, and what a state of charge is worth."""

    buy: Floats
    sell: Floats
    most_in: Floats
    most_out: Floats
    lowest: Floats
    highest: Floats
    worth: Floats
    burning: Indices
    floor: float
    ceiling: float

    @property
    def steps(self) -> int:
        return len(self.buy)

    def part(self, first: int, last: int, worth_first: float, worth_last: float) -> "Flow":
        """Some of the steps, with what a MWh at their two borders is worth to their neighbours."""
        worth = self.worth[first : last + 1].copy()
        worth[0] -= worth_first
        worth[-1] += worth_last
        inside = self.burning[(self.burning >= first) & (self.burning < last)]
        return Flow(
            buy=self.buy[first:last],
            sell=self.sell[first:last],
            most_in=self.most_in[first:last],
            most_out=self.most_out[first:last],
            lowest=self.lowest[first : last + 1],
            highest=self.highest[first : last + 1],
            worth=worth,
            burning=inside - first,
            floor=self.floor,
            ceiling=self.ceiling,
        )


def flow(asked: Horizon) -> Flow:
    """A whole horizon."""
    lowest = np.full(asked.steps + 1, float(asked.asset.soc_min_mwh))
    highest = np.full(asked.steps + 1, float(asked.asset.soc_max_mwh))
    lowest[-1] = min(asked.least_end_mwh, asked.start_mwh + asked.most_in_mwh.sum())
    lowest[0] = highest[0] = asked.start_mwh
    worth = np.zeros(asked.steps + 1)
    worth[-1] = asked.left_usd_mwh
    return Flow(
        buy=asked.buy_usd_mwh,
        sell=asked.sell_usd_mwh,
        most_in=asked.most_in_mwh,
        most_out=asked.most_out_mwh,
        lowest=lowest,
        highest=highest,
        worth=worth,
        burning=np.flatnonzero(asked.burning),
        floor=float(asked.asset.soc_min_mwh),
        ceiling=float(asked.asset.soc_max_mwh),
    )


@dataclass(frozen=True)
class Programme:
    """Maximise `cost` @ x: rows up to their right side, the first `equal` of them exactly at it."""

    cost: Floats
    low: Floats
    high: Floats
    rows: Indices
    columns: Indices
    values: Floats
    right: Floats
    equal: int

    def bound(self, dual: Floats) -> float:
        """What no solution can exceed, by any values of the rows (weak duality)."""
        price = dual.copy()
        price[self.equal :] = np.maximum(price[self.equal :], 0)
        weights = self.values * price[self.rows]
        reduced = self.cost - np.bincount(self.columns, weights, len(self.cost))
        best = np.where(reduced > 0, reduced * self.high, reduced * self.low)
        return float(best.sum() + price @ self.right)

    def lp(self) -> Any:
        """The same as HiGHS takes it."""
        order = np.argsort(self.columns, kind="stable")
        starts = np.searchsorted(self.columns[order], np.arange(len(self.cost) + 1))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.right)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, self.low, self.high
        lp.row_upper_ = self.right
        lp.row_lower_ = np.where(np.arange(len(self.right)) < self.equal, self.right, -np.inf)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = starts.astype(np.int32)
        lp.a_matrix_.index_ = self.rows[order].astype(np.int32)
        lp.a_matrix_.value_ = self.values[order]
        return lp


def relaxed(f: Flow) -> Programme:
    """The balance of each step, and for each burning one the hull of charging or discharging.

    In the hull what is stored fits beside what was there, what is taken out was there, and the two,
    each as a share of its most, add up to at most one.
    """
    n, k, burn = f.steps, len(f.burning), f.burning
    step = np.arange(n)
    out, soc = n + step, 2 * n + step
    room, stock, shared = n + np.arange(3 * k).reshape(3, k)
    rows, columns, values = joined(
        [
            (step, soc + 1, 1.0),
            (step, soc, -1.0),
            (step, step, -1.0),
            (step, out, 1.0),
            (room, burn, 1.0),
            (room, soc[burn], 1.0),
            (stock, out[burn], 1.0),
            (stock, soc[burn], -1.0),
            (shared, burn, 1 / f.most_in[burn]),
            (shared, out[burn], 1 / f.most_out[burn]),
        ]
    )
    highest = np.maximum(f.highest[burn], f.highest[burn + 1])
    lowest = np.minimum(f.lowest[burn], f.lowest[burn + 1])
    return Programme(
        cost=np.concatenate([-f.buy, f.sell, f.worth]),
        low=np.concatenate([np.zeros(2 * n), f.lowest]),
        high=np.concatenate([f.most_in, f.most_out, f.highest]),
        rows=rows,
        columns=columns,
        values=values,
        right=np.concatenate([np.zeros(n), highest, -lowest, np.ones(k)]),
        equal=n,
    )


def joined(entries: list[Entry]) -> tuple[Indices, Indices, Floats]:
    """Rows, columns and values of a matrix, of which each entry gives some."""
    rows, columns, values = zip(*entries, strict=True)
    full = [np.broadcast_to(value, row.shape) for row, value in zip(rows, values, strict=True)]
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(full)


class Quiet(highspy.Highs):
    """HiGHS without callbacks: turning them on prints its name before it can be silenced."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)


def solver(of: Programme) -> Any:
    """HiGHS with a programme in it, on one thread."""
    highs = Quiet()  # type: ignore[no-untyped-call]
    for name, value in OPTIONS.items():
        highs.setOptionValue(name, value)
    highs.passModel(of.lp())
    return highs


def run(highs: Any) -> None:
    """Solve. A programme of ours always has an optimum; if none is found, HiGHS's word says why."""
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unsolved(highs.modelStatusToString(status))
