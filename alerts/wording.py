"""Rules and alerts as people read them, in Pacific time. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.rules.rule import Requirement
from alerts.rules.watched import AGE, CHANGE, CHEAPEST, DEAREST, RANKS, SPREAD
from market.intervals import pacific
from market.markets import Market

FEWEST, MOST = 2, 5  # decimals: prices have five
PLACES = range(FEWEST, MOST + 1)
MARKETS = {Market.RTM: "real-time", Market.RTPD: "fifteen-minute", Market.DAM: "day-ahead"}


def subject(
    hub: str, market: Market, conditions: Sequence[Requirement], *, over: bool = False
) -> str:
    """What a rule watches for: `SP15 real-time above 100.00`; `over`: no longer."""
    no = "no longer " if over else ""
    if len(conditions) == 1:
        return f"{hub} {MARKETS[market]} {condition_words(conditions[0], no)}"
    words = " and ".join(map(condition_words, conditions))
    return f"{hub} {MARKETS[market]} {no}{words}"


def condition_words(condition: Requirement, no: str = "") -> str:
    """One condition: `spread below −20.00`; `no` stands before what no longer holds."""
    if condition.watched in RANKS:
        share = f"{condition.watched} {percent(condition.limit)}"
        return f"{no}among the {share} of {reference(condition)}"
    if condition.watched == AGE:
        return f"data {no}older than {plain(condition.limit)} min"
    side = f"{no}{condition.direction} {exact(condition.limit)}"
    return f"{watched_words(condition)} {side}".strip()


def watched_words(condition: Requirement) -> str:
    """What is watched, empty for the price itself."""
    if condition.watched == CHANGE:
        return f"change over {condition.span} min"
    return "" if condition.watched == "lmp" else condition.watched


def reference(condition: Requirement) -> str:
    """What a relative limit is relative to."""
    return f"the last {condition.span} days" if condition.span else "the day"


def told(subject: str, condition: Requirement, price: Decimal, value: Decimal, when: str) -> str:
    """That a rule opened, or is over: what it watches for, the figures, and when."""
    return f"{subject}: {figures(condition, price, value)} at {when}"


def interval(market: Market, start: datetime, *, now: datetime) -> str:
    """When an interval is: `14:35 PT`; with its day where that may be another than today's."""
    is_today = pacific(start).date() == pacific(now).date()
    day = "" if is_today and market is not Market.DAM else f"{pacific(start):%a %-d %b} "
    return f"{day}{clock(start)}"


def figures(condition: Requirement, price: Decimal, value: Decimal) -> str:
    """The price, and with it what is watched where that is something else."""
    if condition.watched in (CHEAPEST, DEAREST):
        return two_decimals(price)
    if condition.watched == "lmp":
        return told_apart(price, condition.limit)
    name = "spread" if condition.watched == SPREAD else watched_words(condition)
    return f"{name} {told_apart(value, condition.limit)}, price {two_decimals(price)}"


def aged(subject: str, newest: datetime, minutes: float) -> str:
    """How old a node's data are."""
    return f"{subject}: {minutes:.0f} min, newest interval {clock(newest)}"


def ended(subject: str, why: str) -> str:
    """That an alert ended without a price, and why."""
    return f"{subject}: {why}"


def clock(moment: datetime) -> str:
    """`14:35 PT`, and which of the two in the hour that comes twice."""
    local = pacific(moment)
    others = (pacific(moment + hour) for hour in (timedelta(hours=1), timedelta(hours=-1)))
    twice = any(f"{other:%d %H:%M}" == f"{local:%d %H:%M}" for other in others)
    return f"{local:%H:%M} {local:%Z}" if twice else f"{local:%H:%M} PT"


def dated(text: str, start: datetime, at: datetime) -> str:
    """What was told at `at` of an interval, with the day of that where it is not there."""
    day = f"{pacific(start):%a %-d %b}"
    if day in text:
        return text
    if clock(start) in text:
        return text.replace(clock(start), f"{day} {clock(start)}", 1)
    return f"{text} ({pacific(at):%a %-d %b} {clock(at)})"


def percent(share: Decimal) -> str:
    """`5 %`, without zeros that say nothing."""
    return f"{plain(share)} %"


def plain(number: Decimal) -> str:
    """A number without zeros that say nothing."""
    return f"{number.normalize():f}"


def two_decimals(price: Decimal) -> str:
    """$/MWh with a true minus, and none where it rounds to zero."""
    return decimals(price, FEWEST)


def exact(limit: Decimal) -> str:
    """$/MWh with two decimals, and more where there are more."""
    return decimals(limit, next(n for n in PLACES if round(limit, n) == limit or n == MOST))


def told_apart(price: Decimal, other: Decimal) -> str:
    """$/MWh with as many decimals as it takes to see on which side of another it is."""
    return decimals(price, places(price, other))


def places(price: Decimal, other: Decimal) -> int:
    """How many decimals tell two prices apart: two, if they do or none would."""
    if price == other:
        return FEWEST
    return next(n for n in PLACES if round(price, n) != round(other, n) or n == MOST)


def decimals(price: Decimal, count: int) -> str:
    """$/MWh with a true minus, and none where it rounds to zero."""
    return f"{price:z,.{count}f}".replace("-", "−")


def amended(text: str, why: str) -> str:
    """What is told because prices changed afterwards says so."""
    return f"{text} ({why})" if why else text


def retracted(subject: str, was: Decimal, now: Decimal, when: str, why: str) -> str:
    """That an alert should not have been: what its price was and is, if that is what changed."""
    if was == now:
        return f"{subject}: retracted at {when} ({why})"
    prices = f"{told_apart(now, was)}, not {told_apart(was, now)}"
    return f"{subject}: retracted, {when} is {prices} ({why})"
