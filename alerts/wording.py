"""What people read of rules and alerts, in Pacific time. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.rules.rule import Requirement
from alerts.rules.watched import AGE, CHANGE, RANKS
from market.intervals import pacific
from market.markets import Market

FEWEST, MOST = 2, 5  # decimals: prices have five
PLACES = range(FEWEST, MOST + 1)
LONG_MIN = 120
MARKETS = {Market.RTM: "real-time", Market.RTPD: "fifteen-minute", Market.DAM: "day-ahead"}


def subject(hub: str, market: Market, conditions: Sequence[Requirement]) -> str:
    """What a rule watches for: `SP15 real-time above 100.00`."""
    words = " and ".join(map(condition_words, conditions))
    return f"{hub} {MARKETS[market]} {words}"


def condition_words(condition: Requirement) -> str:
    """One condition: `spread below −20.00`."""
    if condition.watched in RANKS:
        return f"among the {condition.watched} {percent(condition.limit)} of {reference(condition)}"
    if condition.watched == AGE:
        return f"data older than {plain(condition.limit)} min"
    return f"{watched_words(condition)} {condition.direction} {exact(condition.limit)}".strip()


def watched_words(condition: Requirement) -> str:
    """What is watched; empty for the price itself."""
    if condition.watched == CHANGE:
        return f"change over {condition.span} min"
    return "" if condition.watched == "lmp" else condition.watched


def reference(condition: Requirement) -> str:
    """What a relative limit is relative to."""
    return f"the last {condition.span} days" if condition.span else "the day"


def clock(moment: datetime) -> str:
    """`14:35 PT`; in November's repeated hour PDT or PST."""
    local = pacific(moment)
    others = (pacific(moment + hour) for hour in (timedelta(hours=1), timedelta(hours=-1)))
    twice = any(f"{other:%d %H:%M}" == f"{local:%d %H:%M}" for other in others)
    return f"{local:%H:%M} {local:%Z}" if twice else f"{local:%H:%M} PT"


def clock_range(start: datetime, end: datetime) -> str:
    """`20:35–20:40 PT`; with PDT or PST where the hour repeats, both where they differ."""
    first, last = clock(start), clock(end)
    if first[5:] == last[5:]:
        return f"{first[:5]}–{last}"
    zones = f"{pacific(start):%Z}", f"{pacific(end):%Z}"
    zone = f" {zones[0]}" if zones[0] != zones[1] else ""
    return f"{first[:5]}{zone}–{last[:5]} {zones[1]}"


def day(moment: datetime) -> str:
    """`Mon 30 Nov`."""
    return f"{pacific(moment):%a %-d %b}"


def duration(length: timedelta) -> str:
    """`3 h 10 min`, `2 d 4 h`, `45 min`."""
    minutes = round(length / timedelta(minutes=1))
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def minutes_long(minutes: Decimal) -> str:
    """An age: `22 min`; from two hours on `3 h 10 min`."""
    whole = round(minutes)
    return f"{whole} min" if whole < LONG_MIN else duration(timedelta(minutes=whole))


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
    """A text with the reason why it comes late or reads differently now, if there is one."""
    return f"{text} ({why})" if why else text


def reason(text: str) -> str:
    """The reason that `amended` gave a text; empty if it has none."""
    return text.rpartition(" (")[2].removesuffix(")") if text.endswith(")") else ""
