"""What is held of each of some operating dates, and their figures."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import BoundedSemaphore
from typing import NamedTuple

from market.intervals import day_bounds, midnight, operating_date
from market.markets import Market
from prices import readings
from prices.daily_figures import Day, HeldDay, figures_of
from prices.day_ranks import RANKED_DAYS, Ranks, ranks
from prices.models import Node

A_DAY = timedelta(days=1)
# 92 days take a processor 0.2 s: with more at once, everybody waits.
working = BoundedSemaphore(2)


class Days(NamedTuple):
    """Some days, oldest first, and today's places among the last 30."""

    today: date
    days: list[Day]
    ranks: Ranks


def newest_days(node: Node, count: int, *, now: datetime) -> Days:
    """The last `count` operating dates up to today, or up to tomorrow if any of it is held."""
    today = operating_date(now)
    first = today - A_DAY * (max(count, RANKED_DAYS) - 1)
    with working:
        held = held_days(node, first, today + A_DAY)
        ranked = [day for day in held if day.date <= today][-RANKED_DAYS:]
        shown = held if held[-1].rt or held[-1].da else held[:-1]
        return Days(today, [figures_of(day) for day in shown[-count:]], ranks(ranked, today))


def held_days(node: Node, first: date, last: date) -> list[HeldDay]:
    """What is held of each day from `first` to `last`, with empty ones. Two queries."""
    days = [first + A_DAY * nth for nth in range((last - first).days + 1)]
    by_market = [held_of(node, market, days) for market in (Market.RTM, Market.DAM)]
    return [HeldDay(*found) for found in zip(days, *by_market, strict=True)]


def held_of(node: Node, market: Market, days: Sequence[date]) -> list[dict[datetime, Decimal]]:
    """One market's prices of days that follow each other. One query."""
    start, end = midnight(days[0]), day_bounds(days[-1])[1]
    return by_day(days, readings.columns(node, market, start, end, "interval_start", "lmp"))


def by_day(
    days: Sequence[date], rows: Iterable[tuple[datetime, Decimal]]
) -> list[dict[datetime, Decimal]]:
    """Prices of each day, by the start of their interval."""
    starts = [midnight(day) for day in days]
    found: list[dict[datetime, Decimal]] = [{} for _ in days]
    for moment, lmp in rows:
        found[bisect_right(starts, moment) - 1][moment] = lmp
    return found
