"""What people read of rules and alerts, in Pacific time. Pure."""

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
    """What a rule watches for: `SP15 real-time above 100.00`; `over`: that it no longer holds."""
    no = "no longer " if over else ""
    if len(conditions) == 1:
        return f"{hub} {MARKETS[market]} {condition_words(conditions[0], no)}"
    words = " and ".join(map(condition_words, conditions))
    return f"{hub} {MARKETS[market]} {no}{words}"


def condition_words(condition: Requirement, no: str = "") -> str:
    """One condition: `spread below −20.00`; `no` is put before what no longer holds."""
    if condition.watched in RANKS:
        share = f"{condition.watched} {percent(condition.limit)}"
        return f"{no}among the {share} of {reference(condition)}"
    if condition.watched == AGE:
        return f"data {no}older than {plain(condition.limit)} min"
    side = f"{no}{condition.direction} {exact(condition.limit)}"
    return f"{watched_words(condition)} {side}".strip()


def watched_words(condition: Requirement) -> str:
    """What is watched; empty for the price itself."""
    if condition.watched == CHANGE:
        return f"change over {condition.span} min"
    return "" if condition.watched == "lmp" else condition.watched


def reference(condition: Requirement) -> str:
    """What a relative limit is relative to."""
    return f"the last {condition.span} days" if condition.span else "the day"


def crossed(subject: str, condition: Requirement, price: Decimal, value: Decimal, when: str) -> str:
    """That a rule opened or cleared: what it watches for, the figures, and when."""
    return f"{subject}: {figures(condition, price, value)} at {when}"


def interval(market: Market, start: datetime, *, now: datetime) -> str:
    """When an interval begins: `14:35 PT`, with the day if it is another one or day-ahead."""
    is_today = pacific(start).date() == pacific(now).date()
    day = "" if is_today and market is not Market.DAM else f"{pacific(start):%a %-d %b} "
    return f"{day}{clock(start)}"


def figures(condition: Requirement, price: Decimal, value: Decimal) -> str:
    """The price, and the watched value if that is another one."""
    if condition.watched in (CHEAPEST, DEAREST):
        return two_decimals(price)
    if condition.watched == "lmp":
        return distinct(price, condition.limit)
    name = "spread" if condition.watched == SPREAD else watched_words(condition)
    return f"{name} {distinct(value, condition.limit)}, price {two_decimals(price)}"


def aged(subject: str, newest: datetime, minutes: float) -> str:
    """How old a node's data are."""
    return f"{subject}: {minutes:.0f} min, newest interval {clock(newest)}"


def ended(subject: str, why: str) -> str:
    """That an alert ended without a price, and why."""
    return f"{subject}: {why}"


def clock(moment: datetime) -> str:
    """`14:35 PT`; in November's repeated hour PDT or PST."""
    local = pacific(moment)
    others = (pacific(moment + hour) for hour in (timedelta(hours=1), timedelta(hours=-1)))
    twice = any(f"{other:%d %H:%M}" == f"{local:%d %H:%M}" for other in others)
    return f"{local:%H:%M} {local:%Z}" if twice else f"{local:%H:%M} PT"


def dated(text: str, start: datetime, at: datetime) -> str:
    """A text of `at` about an interval, with the interval's day added if it is missing."""
    day = f"{pacific(start):%a %-d %b}"
    if day in text:
        return text
    if clock(start) in text:
        return text.replace(clock(start), f"{day} {clock(start)}", 1)
    return f"{text} ({pacific(at):%a %-d %b} {clock(at)})"


def percent(share: Decimal) -> str:
    """`5 %`, without trailing zeros."""
    return f"{plain(share)} %"


def plain(number: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{number.normalize():f}"


def two_decimals(price: Decimal) -> str:
    """$/MWh with a true minus, and none where it rounds to zero."""
    return decimals(price, FEWEST)


def exact(limit: Decimal) -> str:
    """$/MWh with two decimals, or as many as it has."""
    return decimals(limit, next(n for n in PLACES if round(limit, n) == limit or n == MOST))


def distinct(price: Decimal, other: Decimal) -> str:
    """$/MWh with as many decimals as it takes to see on which side of `other` it lies."""
    return decimals(price, places(price, other))


def places(price: Decimal, other: Decimal) -> int:
    """How many decimals make two prices differ: two if they are equal."""
    if price == other:
        return FEWEST
    return next(n for n in PLACES if round(price, n) != round(other, n) or n == MOST)


def decimals(price: Decimal, count: int) -> str:
    """$/MWh with a true minus, and none where it rounds to zero."""
    return f"{price:z,.{count}f}".replace("-", "−")


def amended(text: str, why: str) -> str:
    """A text with the reason why it comes late, if there is one."""
    return f"{text} ({why})" if why else text


def retracted(subject: str, was: Decimal, now: Decimal, when: str, why: str) -> str:
    """That an alert should not have opened, with its old and new price if that changed."""
    if was == now:
        return f"{subject}: retracted at {when} ({why})"
    prices = f"{distinct(now, was)}, not {distinct(was, now)}"
    return f"{subject}: retracted, {when} is {prices} ({why})"
