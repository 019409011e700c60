"""Measures that people who run batteries compare by. Pure.

TBn is what 1 MW earns, without losses or wear, by selling in the n dearest hours of a day and
buying in the n cheapest, in any order. There are two ways to find them, with different results:
whole clock hours by their mean (`hourly`), or n hours' worth of the market's own intervals
(`sorted_intervals`), which is never less.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import quantiles, stdev
from typing import NamedTuple

from battery.asset import Asset
from battery.ledger import Totals
from market.intervals import day_bounds, pacific
from market.markets import Market
from prices.daily_figures import (
    HOUR,
    Lmps,
    mean,
    rounded,
    top_bottom,
    whole_hour_sums,
    whole_hours,
)
from prices.gap_ranges import expected

DAYS_A_MONTH = Decimal("30.4375")  # 365.25 days in twelve months
WORST_SHARE = 20  # the worst of so many


class TopBottom(NamedTuple):
    """TB1, TB2 and TB4, $/MW-day to five places; None with less than twice the hours held."""

    tb1: Decimal | None
    tb2: Decimal | None
    tb4: Decimal | None


class DaySpreads(NamedTuple):
    """A market's TBs of an operating date; `whole` is whether every interval of it is held."""

    date: date
    market: Market
    hourly: TopBottom
    sorted_intervals: TopBottom
    whole: bool


class SpreadOfHour(NamedTuple):
    """Real-time less day-ahead price at an hour of the day, $/MWh: a tenth of days are below
    `low`, a tenth above `high`."""

    days: int
    mean: Decimal
    low: Decimal
    high: Decimal


class WorstDays(NamedTuple):
    """The worst 5 % of days: `threshold_usd` is what 19 days of 20 do better than (the value at
    risk), `mean_usd` what the worst twentieth of days came to on average (the expected shortfall).
    """

    days: int
    threshold_usd: Decimal
    mean_usd: Decimal


def spreads(day: date, market: Market, lmps: Lmps) -> DaySpreads:
    per_hour = HOUR // market.interval
    hours, each = whole_hour_sums(lmps, per_hour), [*lmps.values()]
    return DaySpreads(
        day,
        market,
        TopBottom(*(top_bottom(hours, n, per_hour) for n in (1, 2, 4))),
        TopBottom(*(top_bottom(each, n * per_hour, per_hour) for n in (1, 2, 4))),
        whole=len(lmps) == expected(*day_bounds(day), market),
    )


def usd_per_kw_month(usd: Decimal, days: int, power_out_mw: float) -> Decimal:
    """What was earned in so many days, for each kW and month of 30.4375 days, to five places."""
    return rounded(per_mw(usd, power_out_mw) / days * DAYS_A_MONTH / 1000)


def per_mw(usd: Decimal, power_out_mw: float) -> Decimal:
    """Dollars for each MW that the battery can discharge at."""
    return usd / Decimal(str(power_out_mw))


def cycles(asset: Asset, totals: Totals) -> float:
    """How often the usable energy went out in a ledger."""
    return asset.cycles(float(totals.to_grid_mwh))


def share_of_perfect(net_usd: Decimal, perfect_usd: Decimal) -> Decimal | None:
    """What part of perfect foresight's net was earned, both after wear; None if it has none."""
    return rounded(net_usd / perfect_usd) if perfect_usd > 0 else None


def realised_volatility(lmps: Lmps, market: Market) -> Decimal | None:
    """The sample standard deviation of changes from each interval to the next, $/MWh.

    Changes rather than log returns, which a price of 0 or below doesn't have. A gap has no change.
    None with fewer than two changes.
    """
    changes = [
        lmps[after] - lmps[before]
        for before, after in pairwise(sorted(lmps))
        if after - before == market.interval
    ]
    return rounded(stdev(changes)) if len(changes) > 1 else None


def spread_by_hour(rt: Lmps, da: Lmps, rt_market: Market = Market.RTM) -> dict[int, SpreadOfHour]:
    """By the hour on a clock in California, 0 to 23, of hours held whole in both markets.

    An hour counts with the mean of its real-time prices. Both hours after 1 o'clock in autumn are
    hour 1.
    """
    per_hour = HOUR // rt_market.interval
    found: dict[int, list[Decimal]] = {}
    for hour, total in whole_hours(rt, per_hour).items():
        if hour in da:
            found.setdefault(pacific(hour).hour, []).append(total / per_hour - da[hour])
    return {hour: spread_of(values) for hour, values in sorted(found.items())}


def spread_of(values: Sequence[Decimal]) -> SpreadOfHour:
    low, high = tails(values, 10)
    return SpreadOfHour(len(values), mean(values), rounded(low), rounded(high))


def tails(values: Sequence[Decimal], n: int) -> tuple[Decimal, Decimal]:
    """What an nth of values is below, and above; between two values in proportion."""
    if len(values) == 1:
        return values[0], values[0]
    cuts = quantiles(values, n=n, method="inclusive")
    return cuts[0], cuts[-1]


def negative_hours(lmps: Lmps, market: Market) -> Decimal:
    """How many hours' worth of intervals had a price below 0."""
    return rounded(Decimal(sum(lmp < 0 for lmp in lmps.values())) / (HOUR // market.interval))


def worst_days(results: Mapping[date, Decimal]) -> WorstDays | None:
    """The worst twentieth of days' results, rounded down to whole days; None below 20 days."""
    if len(results) < WORST_SHARE:
        return None
    ranked = sorted(results.values())
    worst = ranked[: len(ranked) // WORST_SHARE]
    threshold, _ = tails(ranked, WORST_SHARE)
    return WorstDays(len(worst), rounded(threshold), mean(worst))
