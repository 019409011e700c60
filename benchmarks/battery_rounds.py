"""A program: answers what-ifs over made-up prices in a database, and takes steps of the policy."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from battery.advice.deciding import Known, decide, table_of  # noqa: E402
from battery.asset import Asset  # noqa: E402
from battery.backtests.trial import whole_days  # noqa: E402
from battery.dispatch import optimise  # noqa: E402
from battery.history import History  # noqa: E402
from battery.models import Battery  # noqa: E402
from battery.optimum.horizon import horizon  # noqa: E402
from battery.optimum.programme import flow, relaxed, run, solver  # noqa: E402
from battery.outlook import known_until, learned_before  # noqa: E402
from battery.policy import DEFAULT, Limits  # noqa: E402
from battery.value_function import best_course  # noqa: E402
from battery.what_ifs.answer import answer, held, known  # noqa: E402
from battery.what_ifs.results import outcome  # noqa: E402
from battery.what_ifs.variant import Variant  # noqa: E402
from benchmarks.dispatch_rounds import made_up_prices  # noqa: E402
from market.intervals import day_bounds, midnight, operating_date  # noqa: E402
from market.markets import Market  # noqa: E402
from oasis.published import PublishedPrice  # noqa: E402
from prices.history import record  # noqa: E402

A_DAY = timedelta(days=1)
BEFORE = 30
CHANGE = {"energy_mwh": 6.0, "power_mw": 1.5, "wear_usd_mwh": 8.0}
Took = dict[str, list[float]]


def main(days: str, rounds: str, steps: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    now, battery = timezone.now(), Battery.objects.select_related("node").get()
    fill(battery.node.oasis_name, int(days) + BEFORE, now)
    last = operating_date(now) - A_DAY
    first = last - A_DAY * (int(days) - 1)
    prices = held(battery.node, Market.RTM, first, last, 0).history
    measured = what_ifs(battery, prices, int(days), int(rounds), now)
    json.dump(measured | policy_steps(battery, now, int(steps)), sys.stdout)


def fill(node: str, days: int, now: datetime) -> None:
    """Day-ahead prices are the hours' means, real-time ones have noise of their own around them."""
    start = midnight(operating_date(now) - A_DAY * days)
    end = day_bounds(operating_date(now))[1]
    hours = int((end - start).total_seconds()) // 3600
    rt = made_up_prices(hours * 12, 1 / 12)
    hourly = rt.reshape(-1, 12).mean(axis=1).round(2)
    for market, lmps in ((Market.DAM, hourly), (Market.RTM, rt.round(2))):
        found = (
            published(node, market, start + nth * market.interval, lmp)
            for nth, lmp in enumerate(lmps.tolist())
        )
        record(found, seen_at=now, source="simulator", now=now)


def published(node: str, market: Market, start: datetime, lmp: float) -> PublishedPrice:
    total, nothing = Decimal(str(lmp)), Decimal(0)
    return PublishedPrice(node, market, start, total, total, nothing, nothing, nothing)


def what_ifs(
    battery: Battery, prices: History, days: int, rounds: int, now: datetime
) -> dict[str, Any]:
    last = operating_date(now) - A_DAY
    first = last - A_DAY * (days - 1)
    whole = whole_days(prices, first, last)
    matrix = perfect_matrix(battery.asset, prices, prices.day(first).start)
    variant = Variant(battery.asset, None, ())
    works: dict[str, Callable[[], object]] = {
        "first": lambda: fresh(battery, CHANGE, now),
        "highs": lambda: twice(matrix),
        "again": lambda: answer(battery.pk, CHANGE | {"energy_mwh": next(sizes)}, now=now),
        "capped": lambda: fresh(battery, CHANGE | {"cycles_per_day": 1.0}, now),
        "reading": lambda: held.__wrapped__(battery.node, Market.RTM, first, last, 0),
        "one": lambda: outcome(prices, whole, variant),
    }
    sizes = sizes_from(4.0)
    took = timed(works, rounds)
    intervals = sum(prices.day(day).stop - prices.day(day).start for day in whole)
    return {**took, "days": len(whole), "intervals": intervals}


def fresh(battery: Battery, change: dict[str, float], now: datetime) -> object:
    """With nothing kept."""
    held.cache_clear()
    known.cache_clear()
    return answer(battery.pk, change, now=now)


def twice(matrix: Any) -> None:
    """For two batteries."""
    for _ in range(2):
        run(solver(matrix))


def sizes_from(mwh: float) -> Iterator[float]:
    """A slider that moves on."""
    while True:
        yield (mwh := mwh + 0.1)


def perfect_matrix(asset: Asset, prices: History, first: int) -> Any:
    return relaxed(flow(horizon(asset, prices.rt[first:], prices.hours, start_mwh=0.0)))


def policy_steps(battery: Battery, now: datetime, steps: int) -> dict[str, Any]:
    """Each at another moment of yesterday, in turns with two that take prices for certain."""
    today = operating_date(now)
    prices = held(battery.node, Market.RTM, today - A_DAY * BEFORE, today, 1).history
    residuals = learned_before(prices, prices.day(today - A_DAY).start, DEFAULT)
    took: Took = {}
    for nth in range(steps):
        interval = prices.day(today - A_DAY).start + nth * 2
        moment = prices.moment(interval)
        given = Known(prices, interval, residuals, DEFAULT, known_until(moment), 2.0, None, None)
        one = timed(of_step(battery.asset, given, moment), 1)
        for name, seconds in one.items():
            took.setdefault(name, []).extend(seconds)
    return took | {"horizon": len(table_of(given, now=moment).starts)}


def of_step(asset: Asset, given: Known, moment: datetime) -> dict[str, Callable[[], object]]:
    table = table_of(given, now=moment)
    mean, count = table.prices.mean(axis=1), len(table.starts)
    limits = Limits(np.full(count, asset.power_in_mw), np.full(count, asset.power_out_mw))

    def step() -> object:
        return decide(asset, given, table_of(given, now=moment), limits)

    return {
        "step": step,
        "programme": lambda: best_course(asset, mean, table.hours, start_mwh=given.soc_mwh),
        "solver": lambda: optimise(asset, mean, table.hours, start_mwh=given.soc_mwh),
    }


def timed(works: dict[str, Callable[[], object]], rounds: int) -> Took:
    """Seconds of each, in turns."""
    took: Took = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            took[name].append(time.perf_counter() - began)
    return took


if __name__ == "__main__":
    main(*sys.argv[1:])
