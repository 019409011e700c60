"""The tiles: real-time, day-ahead of the hour now running, the spread, today: `market/tiles.js`."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard.first_paint.held import (
    Held,
    Price,
    Shown,
    day_ahead_at,
    day_ahead_of,
    prices_between,
    shown_price,
    spread_of,
)
from dashboard.first_paint.market_times import (
    HOUR,
    day_text,
    hour_ending,
    interval_text,
    time_text,
    tomorrow,
)
from dashboard.first_paint.moves import day_ahead_move, next_hour, real_time_move, spread_move
from dashboard.first_paint.price_words import (
    NOTHING,
    QUALITY,
    SPREAD_TAG,
    Threshold,
    high_limit,
    price_tag,
    price_text,
    signed_text,
    tone_of,
)
from dashboard.first_paint.publication import of_today
from market.intervals import floor, pacific
from market.markets import Market
from prices.fallback import ESTIMATED

LOADING = "Loading the last prices …"
WAITING = "Waiting for the first prices. CAISO publishes one every five minutes."
EXPLAINED = "No prices yet. The line above says why."
PUBLISHED_AT = 13  # o'clock, CAISO's day-ahead market


class Tile(NamedTuple):
    figure: str = NOTHING
    tone: str = "none"
    tag: str = ""
    move: str = ""
    meta: str = ""
    quality: str = "none"
    title: str = ""
    tomorrow: str = ""


class Extreme(NamedTuple):
    figure: str = NOTHING
    tone: str = "none"
    at: str = ""


class Today(NamedTuple):
    high: Extreme = Extreme()
    low: Extreme = Extreme()
    meta: str = ""


class Tiles(NamedTuple):
    rt: Tile
    da: Tile
    spread: Tile
    today: Today


def tiles(held: Held, thresholds: Sequence[Threshold], trouble: str | None) -> Tiles:
    """All four; of a page that holds a snapshot."""
    shown = shown_price(held)
    limit = high_limit(thresholds, "RTM")
    return Tiles(
        real_time(held, shown, limit, trouble),
        day_ahead(held, high_limit(thresholds, "DAM")),
        spread(held, shown),
        today_so_far(held, limit),
    )


def loading(now: datetime) -> Tiles:
    """Of a page that holds nothing yet."""
    return Tiles(Tile(meta=LOADING), Tile(title=day_ahead_title(now)), Tile(), Today())


def real_time(held: Held, shown: Shown | None, limit: float | None, trouble: str | None) -> Tile:
    if shown is None:
        return Tile(meta=EXPLAINED if trouble else WAITING)
    tone = tone_of(shown.lmp, limit)
    return Tile(
        price_text(shown.lmp),
        tone,
        price_tag(tone, limit, shown.quality),
        real_time_move(held, shown),
        real_time_meta(shown),
        shown.quality,
    )


def real_time_meta(shown: Shown) -> str:
    """The interval, how the price was obtained, and its revision."""
    said = [QUALITY.get(shown.quality, shown.quality)]
    if shown.start and shown.end:
        said.insert(0, f"{interval_text(shown.start, shown.end)} · HE{hour_ending(shown.start)}")
    if shown.price:
        said.append(f"revision {shown.price.revision}")
    return " · ".join(said)


def day_ahead(held: Held, limit: float | None) -> Tile:
    price = day_ahead_at(held, held.now)
    hour = floor(held.now, Market.DAM)
    running = interval_text(hour, hour + HOUR)
    tone = tone_of(price.lmp if price else None, limit)
    return Tile(
        price_text(price.lmp if price else None),
        tone,
        price_tag(tone, limit, price.quality if price else None),
        day_ahead_move(held),
        (next_hour(held) or running) if price else f"No day-ahead price for {running}.",
        title=day_ahead_title(held.now),
        tomorrow=tomorrow_text(held),
    )


def day_ahead_title(now: datetime) -> str:
    return f"Day-ahead HE{hour_ending(now)}"


def tomorrow_text(held: Held) -> str:
    """How much of tomorrow is published."""
    start, end = tomorrow(held.now)
    published, expected = len(prices_between(held.da, start, end)), (end - start) // HOUR
    if published == expected:
        return "tomorrow published"
    if published:
        return f"tomorrow {published} of {expected} hours"
    is_due = pacific(held.now).hour < PUBLISHED_AT
    return f"{day_text(start)} {'due after 13:00' if is_due else 'not published yet'}"


def spread(held: Held, shown: Shown | None) -> Tile:
    amount = spread_of(held, shown)
    if amount is None or shown is None or shown.start is None:
        return Tile(meta=spread_missing(shown))
    tone = tone_of(amount)
    parts = f"{price_text(shown.lmp)} less {price_text(day_ahead_of(held, shown))}"
    return Tile(
        signed_text(amount),
        tone,
        SPREAD_TAG[tone],
        spread_move(held, shown),
        f"{parts}, DA of HE{hour_ending(shown.start)}",
    )


def spread_missing(shown: Shown | None) -> str:
    if shown is None:
        return "Needs both prices."
    if shown.quality in ESTIMATED:
        return "Not from an estimated price."
    return "No day-ahead price for its hour."


def today_so_far(held: Held, limit: float | None) -> Today:
    """The dearest and the cheapest price of today, the first of equals."""
    prices = of_today(held)
    if not prices:
        return Today(meta="No real-time price of today yet.")
    high = max(prices, key=lambda price: price.lmp)
    low = min(prices, key=lambda price: price.lmp)
    return Today(extreme(high, limit), extreme(low, limit))


def extreme(price: Price, limit: float | None) -> Extreme:
    return Extreme(price_text(price.lmp), tone_of(price.lmp, limit), time_text(price.start))
