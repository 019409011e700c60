"""What an alert's opening, end or withdrawal says first: one number, its unit and what it is. Pure.

`SP15 1,234.56 $/MWh, over 100 · 20:35–20:40 PT`, all in Pacific time.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from alerts import wording
from alerts.limit_words import all_limits, back, limit_words, named, span_words
from alerts.rules.rule import Requirement
from alerts.rules.watched import AGE, CHANGE, RANKS, SPREAD
from market.intervals import pacific
from market.markets import Market

UNIT = "$/MWh"
DIFFERENCES = (SPREAD, CHANGE)  # which have a sign
LATE = "a price came late"


class Watched(NamedTuple):
    """Where an alert watches, and the conditions that all must hold. The first gives the number."""

    hub: str
    market: Market
    conditions: Sequence[Requirement]

    @property
    def place(self) -> str:
        """`SP15`; the market is named if it is not the real-time one."""
        if self.market is Market.RTM:
            return self.hub
        return f"{self.hub} {wording.MARKETS[self.market]}"


class Moment(NamedTuple):
    """An interval by its start, its price ($/MWh), and what is watched in it."""

    start: datetime
    price: Decimal
    value: Decimal


def opened(watched: Watched, at: Moment, *, now: datetime) -> str:
    """`SP15 spread −45.20 $/MWh, below −20 · 20:35–20:40 PT`."""
    return headline(watched, at, all_limits(watched.conditions), now=now)


def cleared(watched: Watched, at: Moment, *, now: datetime) -> str:
    """`SP15 64.10 $/MWh, back under 95 · 21:05–21:10 PT`."""
    return headline(watched, at, back(watched.conditions, at.value), now=now)


def over_by_new_limit(watched: Watched, at: Moment, limit: Requirement, *, now: datetime) -> str:
    """`SP15 150.00 $/MWh, not over 200, the rule's new limit · 21:05–21:10 PT`."""
    return headline(watched, at, f"not {limit_words(limit)}, the rule's new limit", now=now)


def headline(watched: Watched, at: Moment, limit: str, *, now: datetime) -> str:
    """The number, how it stands to the limit, and of when it is."""
    what = measured(watched.conditions[0], at)
    return f"{watched.place} {what}, {limit} · {when(watched, at.start, now=now)}"


def withdrawn(watched: Watched, was: Moment, at: Moment, why: str, *, now: datetime) -> str:
    """`Withdrawn: SP15 20:35 PT corrected 1,234.56 → 64.10 $/MWh`.

    If its number is the same, a price of another interval made the difference.
    """
    condition = watched.conditions[0]
    subject = f"Withdrawn: {watched.place} {begins(watched.market, was.start, now=now)}"
    before, after = number(condition, was), number(condition, at)
    if before == after:
        limits = all_limits(watched.conditions)
        return f"{subject} not {limits}, {'as ' if why == LATE else ''}{why}"
    change = f"{wording.distinct(before, after)} → {wording.distinct(after, before)} {UNIT}"
    return f"{subject} {named(condition)}corrected {change}"


def number(condition: Requirement, at: Moment) -> Decimal:
    """The one number of an alert: what it watches, and of ranks the price."""
    return at.price if condition.watched in RANKS else at.value


def ended(watched: Watched, why: str) -> str:
    """`SP15 over 100, ended: rule switched off`: no price cleared it."""
    limits = f"{named(watched.conditions[0])}{all_limits(watched.conditions)}"
    return f"{watched.place} {limits}, ended: {why}"


def measured(condition: Requirement, at: Moment) -> str:
    """The one number, with its unit and what it is."""
    if condition.watched == AGE:
        return f"data {wording.minutes_long(at.value)} old"
    return measured_as(condition, number(condition, at))


def measured_as(condition: Requirement, number: Decimal) -> str:
    """A number in $/MWh and what it is: `1,234.56 $/MWh`, `change +80.00 $/MWh in 15 min`."""
    return f"{named(condition)}{amount(condition, number)}"


def amount(condition: Requirement, number: Decimal) -> str:
    """A number with its unit: `1,234.56 $/MWh`, `+80.00 $/MWh in 15 min`."""
    if condition.watched in RANKS:
        return f"{wording.two_decimals(number)} {UNIT}"
    plus = "+" if condition.watched in DIFFERENCES and number > 0 else ""
    return f"{plus}{wording.distinct(number, condition.limit)} {UNIT}{span_words(condition)}"


def when(watched: Watched, start: datetime, *, now: datetime) -> str:
    """Of when a number is; of data age, which interval is the newest."""
    newest = "newest " if watched.conditions[0].watched == AGE else ""
    return f"{newest}{interval(watched.market, start, now=now)}"


def interval(market: Market, start: datetime, *, now: datetime) -> str:
    """An interval as a range: `20:35–20:40 PT`, with the day if it is another or day-ahead."""
    if names_day(market, start, now=now):
        return dated(market, start)
    return wording.clock_range(start, start + market.interval)


def begins(market: Market, start: datetime, *, now: datetime) -> str:
    """When an interval begins: `20:35 PT`, with the day if it is another or day-ahead."""
    day = f"{wording.day(start)} " if names_day(market, start, now=now) else ""
    return f"{day}{wording.clock(start)}"


def names_day(market: Market, start: datetime, *, now: datetime) -> bool:
    """Whether an interval's day is not plain from `now`."""
    return market is Market.DAM or pacific(start).date() != pacific(now).date()


def dated(market: Market, start: datetime) -> str:
    """An interval as a range with its day: `Mon 30 Nov 20:35–20:40 PT`."""
    return f"{wording.day(start)} {wording.clock_range(start, start + market.interval)}"
