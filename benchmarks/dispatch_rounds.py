"""A program: finds a battery's best course over made-up prices, in turns with HiGHS alone."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from battery.asset import Asset, split_evenly
from battery.dispatch import optimise
from battery.optimum.course import Dispatch
from battery.optimum.horizon import Floats, horizon
from battery.optimum.programme import flow, relaxed, run, solver
from battery.value_function import best_course

DAY = 24


def main(steps: str, hours: str, wear: str, rounds: str) -> None:
    prices, length = made_up_prices(int(steps), float(hours)), float(hours)
    battery = Asset(1.0, 1.0, 4.0, *split_evenly(0.86), 0.0, 4.0, float(wear))
    matrix = relaxed(flow(horizon(battery, prices, length, start_mwh=0.0)))
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: optimise(battery, prices, length, start_mwh=0.0),
        "highs": lambda: run(solver(matrix)),
    }
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(int(rounds)):
        for name, work in works.items():
            took[name].append(seconds(work))
    best = optimise(battery, prices, length, start_mwh=0.0)
    measured = {**took, "below_0": float((prices < 0).mean()), "gap": best.gap}
    if int(steps) * length <= DAY:
        measured |= beside(best, lambda: best_course(battery, prices, length, start_mwh=0.0))
    json.dump(measured, sys.stdout)


def beside(best: Dispatch, work: Callable[[], Dispatch]) -> dict[str, Any]:
    """The dynamic programme's seconds, and the share of the optimum that it finds."""
    found = work()
    return {"programme": seconds(work), "share": found.objective_usd / best.objective_usd}


def made_up_prices(steps: int, hours: float) -> Floats:
    """Two peaks a day, a trough at noon that is below 0 in spring, noise that lasts, and spikes."""
    luck = np.random.default_rng(13)
    hour = np.arange(steps) * hours
    of_day, of_year = hour % 24, 2 * np.pi * (hour / 24 + 90) / 365
    peaks = 25 * np.exp(-(((of_day - 7) / 2) ** 2)) + 60 * np.exp(-(((of_day - 19) / 2) ** 2))
    noon = (30 + 20 * np.sin(of_year)) * np.exp(-(((of_day - 12.5) / 4) ** 4))
    shocks, noise = luck.normal(0, 4, steps), np.zeros(steps)
    for step in range(1, steps):
        noise[step] = 0.9 * noise[step - 1] + shocks[step]
    spikes = np.where(luck.random(steps) < 0.004, luck.exponential(250, steps), 0.0)
    prices: Floats = 38 + peaks - noon + noise + spikes
    return prices.round(5)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
