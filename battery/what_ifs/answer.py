"""What another battery in place of a stored one would have earned, beside the one that there is."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from battery.asset import Impossible
from battery.backtests.trial import whole_days
from battery.dispatch import optimise
from battery.history import AHEAD, History, history
from battery.limits import limits_of
from battery.models import Battery
from battery.policy import DEFAULT, left_at_end
from battery.what_ifs.results import Outcome, hours, months, outcome, sums
from battery.what_ifs.variant import Variant, changed, days_of
from market.intervals import day_bounds, day_intervals, iso, operating_date, pacific
from market.markets import Market
from prices import readings
from prices.models import Node

A_DAY = timedelta(days=1)
# A price on cycles is learned from the day-ahead prices of so many days before.
LEARNED_DAYS = 30
# Somebody who moves a slider asks again and again: prices are read anew so often.
READ_EVERY_S = 60


def answer(battery_id: int, change: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The battery as it is and as it would be, over the last whole days. Raises Impossible."""
    battery = Battery.objects.select_related("node").filter(pk=battery_id).first()
    if battery is None:
        raise Impossible(f"There is no battery {battery_id}.")
    as_is = Variant(battery.asset, battery.cycle_cap_per_day, tuple(battery.grid_hours))
    would_be = changed(as_is, change)
    last = operating_date(now) - A_DAY
    first = last - A_DAY * (days_of(change) - 1)
    market = Market(battery.market)
    prices = held(battery.node, market, first, last, int(now.timestamp()) // READ_EVERY_S)
    days = tuple(whole_days(prices.history, first, last))
    if not days:
        raise Impossible(
            f"No day from {first} to {last} has every {market} and day-ahead price of "
            f"{battery.node.hub}."
        )
    before, after = known(prices, days, as_is), known(prices, days, would_be)
    return {
        "text": text(days),
        "from": days[0].isoformat(),
        "until": days[-1].isoformat(),
        "as_is": sums(before),
        "what_if": sums(after),
        "by_month": months(before, after),
        "by_hour": hours(before, after),
        "today_plan": plan(battery, would_be, now=now),
    }


class Held:
    """A history that is told from others by when and of what it was read."""

    def __init__(self, found: History) -> None:
        self.history = found


@lru_cache(maxsize=2)
def held(node: Node, market: Market, first: date, last: date, minute: int) -> Held:
    """Both markets' prices of the days, and day-ahead ones of the month before them."""
    start, end = day_bounds(first - A_DAY * LEARNED_DAYS)[0], day_bounds(last)[1]
    fields = ("interval_start", "lmp")
    rt = readings.columns(node, market, day_bounds(first)[0], end, *fields)
    hourly = readings.columns(node, Market.DAM, start, end + AHEAD, *fields)
    return Held(history(market, start, end, rt, hourly))


@lru_cache(maxsize=8)
def known(prices: Held, days: tuple[date, ...], variant: Variant) -> Outcome:
    return outcome(prices.history, days, variant)


def text(days: tuple[date, ...]) -> str:
    """What is meant by earned."""
    first, last = f"{days[0]:%b %-d}", f"{days[-1]:%b %-d}"
    several = f"{len(days)} whole days, {first} to {last}"
    count = f"1 whole day, {first}" if first == last else several
    return (
        f"Over {count}: what following each day's day-ahead schedule would have earned at "
        "real-time prices, net of wear. Perfect foresight is what nobody could have exceeded: it "
        "knows every price ahead."
    )


def plan(battery: Battery, variant: Variant, *, now: datetime) -> dict[str, Any]:
    """The best for today's day-ahead prices, and tomorrow's once they are out; empty without."""
    today = operating_date(now)
    days = (today, today + A_DAY)
    lmps = readings.day_ahead(battery.node, day_bounds(today)[0], day_bounds(days[1])[1])
    starts = [hour for day in days for hour in day_intervals(day, Market.DAM)]
    count = next((nth for nth, hour in enumerate(starts) if hour not in lmps), len(starts))
    if not count:
        return {}
    return planned(variant, starts[:count], [float(lmps[hour]) for hour in starts[:count]])


def planned(variant: Variant, starts: list[datetime], prices: list[float]) -> dict[str, Any]:
    """It begins empty, and what it leaves is worth what advice takes it for."""
    asset = variant.asset
    limits = limits_of(
        asset,
        np.array([int(start.timestamp()) for start in starts]),
        np.ones(len(starts)),
        np.array([pacific(start).hour for start in starts]),
        grid=variant.grid,
    )
    best = optimise(
        asset,
        prices,
        1.0,
        start_mwh=asset.soc_min_mwh,
        left_usd_mwh=float(left_at_end(asset, np.array(prices), DEFAULT)[-1]),
        max_in_mw=limits.in_mw,
        max_out_mw=limits.out_mw,
    )
    rows = zip(starts, prices, best.power_mw, best.soc_mwh[1:], best.stored_usd_mwh, strict=True)
    return {
        "date": operating_date(starts[0]).isoformat(),
        "net_usd": round(best.revenue_usd - best.wear_usd, 2),
        "hours": [
            {
                "start": iso(start),
                "price": price,
                "power_mw": round(float(power), 3),
                "soc_mwh": round(float(soc), 3),
                "stored_value": round(float(worth), 2),
            }
            for start, price, power, soc, worth in rows
        ],
    }
