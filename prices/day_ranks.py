"""How today compares with the days before it: its place among them, 1 for the highest. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from market.intervals import day_bounds, midnight, pacific
from market.markets import Market
from market.pacific_text import moments_of
from prices.daily_figures import LEAST_SHARE, HeldDay, Lmps, mean, top_bottom, whole_hour_sums
from prices.gap_ranges import expected

RANKED_DAYS = 30  # today is one of them


class Rank(NamedTuple):
    """Today's place among `of` days, itself included. Equal days share the better place."""

    rank: int
    of: int


class Ranks(NamedTuple):
    """Today's places; None where too little is held of today, or of every other day.

    rt_average is of the averages from midnight until today's real-time prices end at `until`, on
    the other days until the same time by the clock.
    """

    until: datetime | None
    rt_average: Rank | None
    da_average: Rank | None
    da_tb4: Rank | None


def ranks(days: Sequence[HeldDay], today: date) -> Ranks:
    """Today's places among `days`. Only a day of which 95 % is held is compared."""
    until = next((end_of(day.rt) for day in days if day.date == today), None)
    hours = {day.date: enough(day.da, *day_bounds(day.date), Market.DAM) for day in days}
    so_far = {}
    if until:
        ends = {day.date: same_time(day.date, until) for day in days} | {today: until}
        so_far = {
            day.date: enough(day.rt, midnight(day.date), ends[day.date], Market.RTM) for day in days
        }
    return Ranks(
        until=until,
        rt_average=rank(averages(so_far), today),
        da_average=rank(averages(hours), today),
        da_tb4=rank({day: tb4(lmps) for day, lmps in hours.items()}, today),
    )


def end_of(lmps: Lmps) -> datetime | None:
    """Where the real-time prices of a day end."""
    return max(lmps) + Market.RTM.interval if lmps else None


def same_time(day: date, until: datetime) -> datetime:
    """When a day's clock shows the time of day of `until`; midnight is the end of the day.

    Of a time that comes twice the second, of one that is skipped the moment when clocks jump.
    """
    clock = pacific(until).time()
    if clock == time():
        return day_bounds(day)[1]
    local = datetime.combine(day, clock)
    found = moments_of(local) or moments_of(local.replace(minute=0) + timedelta(hours=1))
    return found[-1]


def enough(lmps: Lmps, start: datetime, end: datetime, market: Market) -> Lmps:
    """What is held in [start, end); nothing if that is less than 95 % of its intervals."""
    held = {moment: lmp for moment, lmp in lmps.items() if start <= moment < end}
    return held if len(held) >= LEAST_SHARE * expected(start, end, market) else {}


def averages(days: Mapping[date, Lmps]) -> dict[date, Decimal | None]:
    return {day: mean(lmps.values()) if lmps else None for day, lmps in days.items()}


def tb4(hours: Lmps) -> Decimal | None:
    """TB4 of day-ahead hours."""
    return top_bottom(whole_hour_sums(hours, 1), 4, 1)


def rank(values: Mapping[date, Decimal | None], today: date) -> Rank | None:
    """Today's place among the days that have a value, if another one has."""
    known = {day: value for day, value in values.items() if value is not None}
    if today not in known or len(known) == 1:
        return None
    higher = sum(value > known[today] for value in known.values())
    return Rank(1 + higher, len(known))
