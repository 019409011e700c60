"""The day-ahead prices of a whole day, tomorrow's once they are all published: `tomorrow.js`."""

from datetime import datetime
from typing import NamedTuple

from dashboard.first_paint.held import Held, Price, Source, prices_between
from dashboard.first_paint.market_times import HOUR, day_text, time_text, today, tomorrow
from dashboard.first_paint.price_words import NOTHING, dollar_text, price_text, tone_of
from market.intervals import operating_date, pacific

PUBLISHED_AT = 13  # o'clock, CAISO's day-ahead market
FOUR = 4
TITLES = {True: "Tomorrow, day-ahead", False: "Today, day-ahead"}


class Extreme(NamedTuple):
    figure: str = NOTHING
    tone: str = "none"
    at: str = ""


class AheadTile(NamedTuple):
    title: str = TITLES[False]
    day: str = ""
    average: str = NOTHING
    high: Extreme = Extreme()
    low: Extreme = Extreme()
    tb4: str = NOTHING
    meta: str = ""


def ahead(held: Held, source: Source) -> AheadTile:
    is_tomorrow = is_whole(held, *tomorrow(held.now))
    start, end = tomorrow(held.now) if is_tomorrow else today(held.now)
    prices = prices_between(held.da, start, end)
    tile = AheadTile(TITLES[is_tomorrow], day_text(start), meta=tomorrow_text(held, source))
    if not prices:
        return tile
    return tile._replace(
        average=price_text(sum(price.lmp for price in prices) / len(prices)),
        high=extreme(max(prices, key=lambda price: price.lmp)),
        low=extreme(min(prices, key=lambda price: price.lmp)),
        tb4=top_bottom_text(prices),
    )


def is_whole(held: Held, start: datetime, end: datetime) -> bool:
    return len(prices_between(held.da, start, end)) == (end - start) // HOUR


def extreme(price: Price) -> Extreme:
    """The first of equals."""
    return Extreme(price_text(price.lmp), tone_of(price.lmp), time_text(price.start))


def top_bottom_text(prices: list[Price]) -> str:
    """TB4: the four dearest hours less the four cheapest, $ for 1 MW."""
    if len(prices) < 2 * FOUR:
        return NOTHING
    lmps = sorted(price.lmp for price in prices)
    return dollar_text(sum(lmps[-FOUR:]) - sum(lmps[:FOUR]))


def tomorrow_text(held: Held, source: Source) -> str:
    """How much of tomorrow is here, or why nothing is."""
    start, end = tomorrow(held.now)
    published, expected = len(prices_between(held.da, start, end)), (end - start) // HOUR
    if published == expected:
        return ""
    day = day_text(start)
    if published:
        return f"{day}: {published} of {expected} hours so far"
    if pacific(held.now).hour < PUBLISHED_AT:
        return f"{day} due after {PUBLISHED_AT}:00"
    asked = source.answered.get("DAM")
    if asked and is_after_publication(asked, held.now):
        return f"{day} not published at {time_text(asked)}"
    return f"{day} not fetched yet"


def is_after_publication(asked: datetime, now: datetime) -> bool:
    """Whether an answer came after the day-ahead market should have published today."""
    is_today = operating_date(asked) == operating_date(now)
    return is_today and pacific(asked).hour >= PUBLISHED_AT
