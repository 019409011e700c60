"""The tiles: real-time, day-ahead and the spread of one interval: `market/tiles.js`."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard.first_paint.ahead import AheadTile, ahead
from dashboard.first_paint.held import (
    FIVE,
    Estimate,
    Held,
    Price,
    Source,
    day_ahead_at,
    day_ahead_beside,
    estimate_now,
    spread_of,
)
from dashboard.first_paint.market_times import (
    HOUR,
    day_text,
    hour_ending,
    interval_text,
    rough_duration_text,
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
from dashboard.first_paint.publication import late_intervals
from market.intervals import floor
from market.markets import Market

LOADING = "Loading the last prices …"
EXPLAINED = "No prices yet. The line above says why."
NONE_LATELY = "CAISO has published no price of the last hours."
NOT_FETCHED, SOON = "Not fetched yet.", "Not fetched yet: the first prices come soon."


class Tile(NamedTuple):
    figure: str = NOTHING
    tone: str = "none"
    tag: str = ""
    move: str = ""
    meta: str = ""
    quality: str = "none"
    title: str = ""
    late: str = "false"
    fmm: str = ""
    estimate: str = ""


class Tiles(NamedTuple):
    rt: Tile
    da: Tile
    spread: Tile
    ahead: AheadTile


def tiles(held: Held, thresholds: Sequence[Threshold], source: Source) -> Tiles:
    """All four; of a page that holds a snapshot."""
    is_late = late_intervals(held) is not None
    at = held.begun.start if held.begun and not is_late else held.now
    late = "true" if is_late else "false"
    return Tiles(
        real_time(held, thresholds, source)._replace(late=late),
        day_ahead(held, thresholds, source, at),
        spread(held)._replace(late=late),
        ahead(held, source),
    )


def loading(now: datetime) -> Tiles:
    """Of a page that holds nothing yet."""
    titled = Tile(title=day_ahead_title(now))
    return Tiles(Tile(meta=LOADING), titled, Tile(), AheadTile(day=day_text(now)))


def real_time(held: Held, thresholds: Sequence[Threshold], source: Source) -> Tile:
    price, estimate = held.begun, estimate_text(estimate_now(held))
    if price is None:
        return Tile(meta=missing_text(source), estimate=estimate)
    return Tile(
        price_text(price.lmp),
        tone_of(price.lmp, high_limit(thresholds, "RTM")),
        price_tag(price.lmp, price.quality, thresholds, "RTM"),
        real_time_move(held),
        real_time_meta(held, price),
        price.quality,
        fmm=fmm_text(held.prices.fmm.get(floor(price.start, Market.RTPD))),
        estimate=estimate,
    )


def missing_text(source: Source) -> str:
    """Why there is no price at all."""
    if source.trouble:
        return EXPLAINED
    return NONE_LATELY if "RTM" in source.answered else SOON


def real_time_meta(held: Held, price: Price) -> str:
    """The interval, how the price was obtained, its revision, and its age where it is late."""
    when = f"{interval_text(price.start, price.end)} · HE{hour_ending(price.start)}"
    revision = f", revision {price.revision}" if price.revision > 1 else ""
    is_late = late_intervals(held) is not None
    age = f" · {rough_duration_text(held.now - price.start)} old" if is_late else ""
    return f"{when} · {QUALITY[price.quality]}{revision}{age}"


def fmm_text(fmm: Price | None) -> str:
    """Of the quarter hour that the price shown lies in: `FMM 12:30–12:45: 11.20`."""
    return f"FMM {interval_text(fmm.start, fmm.end)}: {price_text(fmm.lmp)}" if fmm else ""


def estimate_text(estimate: Estimate | None) -> str:
    """`estimate for 21:00–21:05: 44.75, same time yesterday`."""
    if estimate is None:
        return ""
    interval = interval_text(estimate.start, estimate.start + FIVE)
    return f"estimate for {interval}: {price_text(estimate.price)}, {QUALITY[estimate.quality]}"


def day_ahead(held: Held, thresholds: Sequence[Threshold], source: Source, at: datetime) -> Tile:
    """Of the hour that `at` lies in."""
    price = day_ahead_at(held, at)
    lmp, quality = (price.lmp, price.quality) if price else (None, None)
    return Tile(
        price_text(lmp),
        tone_of(lmp, high_limit(thresholds, "DAM")),
        price_tag(lmp, quality, thresholds, "DAM"),
        day_ahead_move(held, at),
        day_ahead_meta(held, source, at),
        title=day_ahead_title(at),
    )


def day_ahead_meta(held: Held, source: Source, at: datetime) -> str:
    hour = floor(at, Market.DAM)
    running = interval_text(hour, hour + HOUR)
    if day_ahead_at(held, at):
        return next_hour(held, at) or running
    return f"No day-ahead price for {running}." if "DAM" in source.answered else NOT_FETCHED


def day_ahead_title(at: datetime) -> str:
    return f"Day-ahead HE{hour_ending(at)}"


def spread(held: Held) -> Tile:
    amount, price = spread_of(held), held.begun
    if price is None:
        return Tile(meta="Needs both prices.")
    if amount is None:
        return Tile(meta="No day-ahead price for its hour.")
    tone = tone_of(amount)
    parts = f"{price_text(price.lmp)} less {price_text(day_ahead_beside(held))}"
    return Tile(
        signed_text(amount),
        tone,
        SPREAD_TAG[tone],
        spread_move(held),
        f"{parts}, DA of HE{hour_ending(price.start)}",
    )
