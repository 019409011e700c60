"""Hours and days below a picture, in per cent of its width. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.battery.words import clock
from dashboard.first_paint.market_times import day_text
from market.intervals import intervals_between, pacific
from market.markets import Market

LONG = timedelta(hours=30)
EVERY, EVERY_IF_LONG = 3, 6  # hours


class Tick(NamedTuple):
    """`rank` is that of what has room on a narrow screen too, or has not."""

    x: float
    text: str
    day: str
    rank: str
    anchor: str


def ticks(start: datetime, end: datetime) -> Iterator[Tick]:
    """At round hours of the clock; a midnight also says which day begins."""
    every = EVERY_IF_LONG if end - start > LONG else EVERY
    for at in [*intervals_between(start, end, Market.DAM), end]:
        hour = pacific(at).hour
        if hour % every == 0:
            x = round(100 * ((at - start) / (end - start)), 3)
            day = day_text(at) if hour == 0 and at != end else ""
            yield Tick(x, clock(at), day, rank_of(hour, every), anchor_of(x))


def rank_of(hour: int, every: int) -> str:
    return "major" if hour % (2 * every) == 0 else "minor"


def anchor_of(x: float) -> str:
    """Which part of the text stands at `x`."""
    return {0.0: "start", 100.0: "end"}.get(x, "middle")
