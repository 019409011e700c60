"""A back-test of a stored battery: its prices are read, its policies run, its result is JSON."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any

import numpy as np

from battery.backtests import table as backtest
from battery.backtests.names import POLICIES, plain_name, unknown_policy
from battery.backtests.table import left_out
from battery.backtests.trial import Trial, whole_days
from battery.backtests.walk import Told, quiet
from battery.bodies import number, parameters_of
from battery.code_version import code_version
from battery.held_history import read
from battery.limits import limits_of
from battery.models import Battery
from battery.policy import DEFAULT, Limits, Parameters
from battery.quantiles import DAY_HOURS
from market.markets import Market
from prices.publication_delay import publication_delay

ONE_DAY = timedelta(days=1)
DAYS_MORE = 2  # before the days that are learned from: bids are fixed the day before


class NotPossible(Exception):
    """A back-test that can't be run; the text is a sentence."""


def policies_called(names: Sequence[str]) -> list[str]:
    """The policies of these names; of none, all. Raises NotPossible."""
    if fault := next(filter(None, map(unknown_policy, names)), ""):
        raise NotPossible(fault)
    found = [plain_name(name) for name in names]
    return [name for name in POLICIES if not found or name in found]


def check_span(first: date, last: date, *, today: date) -> None:
    """Raises NotPossible if it isn't a span of days that are over."""
    if first > last:
        raise NotPossible(f"The start {first} is after the end {last}.")
    if last >= today:
        raise NotPossible(f"The end {last} is not over yet: it must be before {today}.")


def trial_of(battery: Battery, market: Market, first: date, last: date) -> Trial:
    """Everything that policies are given. Raises NotPossible if no day is held whole."""
    history = read(battery.node, market, first - ONE_DAY * (DEFAULT.learned_days + DAYS_MORE), last)
    days = whole_days(history, first, last)
    if not days:
        raise NotPossible(
            f"No day from {first} to {last} has every {market} and day-ahead price of "
            f"{battery.node.hub}."
        )
    return Trial(
        history,
        battery.asset,
        days,
        battery.shown_start_mwh,
        lag=lag_of(battery, market),
        cap=battery.cycle_cap_per_day,
        limits=limits_by_hour(battery),
    )


def lag_of(battery: Battery, market: Market) -> int:
    """How many intervals back the newest price lies that is known as an interval begins."""
    delay = publication_delay(market, [battery.node])
    return 1 if delay is None else max(ceil(delay / market.interval), 1)


def limits_by_hour(battery: Battery) -> Limits | None:
    """What the grid allows at each hour of the day. Outages are of another time than the days."""
    grid = battery.grid_hours
    if not grid:
        return None
    hours = np.arange(DAY_HOURS)
    return limits_of(battery.asset, 0 * hours, np.ones(DAY_HOURS), hours, grid=grid)


def result_of(
    battery: Battery,
    market: Market,
    first: date,
    last: date,
    policies: Sequence[str],
    *,
    parameters: Parameters = DEFAULT,
    told: Told = quiet,
) -> dict[str, Any]:
    """The result as `--json` writes it and a `Backtest` keeps it. Raises NotPossible."""
    trial = trial_of(battery, market, first, last)
    left = number(battery.left_usd_mwh)
    result = backtest.run(trial, policies, parameters=parameters, left_usd_mwh=left, told=told)
    missing = left_out(first, last, trial.days)
    return {
        "battery": battery.name,
        "battery_id": battery.pk,
        "market": market.value,
        "node": battery.node.oasis_name,
        "start": first.isoformat(),
        "end": last.isoformat(),
        "days": len(trial.days),
        "left_out": {
            "days": (last - first).days + 1 - len(trial.days),
            "ranges": [[a.isoformat(), b.isoformat()] for a, b in missing],
        },
        "table": [row._asdict() for row in result.table],
        "digest": trial.history.digest,
        "code_version": code_version(),
        "parameters": parameters_of(battery)
        | {
            "settled_in": market.value,
            "lag_intervals": trial.lag,
            "policies": list(policies),
            "policy": parameters._asdict(),
        },
        "pictured": {"policy": result.pictured.policy, "acting": result.pictured.acting},
        "by_month": [month._asdict() for month in result.by_month],
        "by_hour": [hour._asdict() for hour in result.by_hour],
    }
