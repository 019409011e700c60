"""All that the server writes in place of the scripts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard.first_paint.advice import AdviceTile, Choice, advice_tile
from dashboard.first_paint.alert_chip import chip_text, severity, still_open
from dashboard.first_paint.held import Body, Held, Prices, Source, by_start, estimate_in
from dashboard.first_paint.market_times import clock_text, day_text, made_text
from dashboard.first_paint.price_words import Threshold
from dashboard.first_paint.status_line import StatusLine, status_line
from dashboard.first_paint.tiles import Tiles, loading, tiles


class FirstPaint(NamedTuple):
    """The texts and tones of the page by where they stand, and when they were true."""

    tiles: Tiles
    advice: AdviceTile
    status: StatusLine
    as_of: str
    made: str
    has_prices: bool
    chip: str = ""
    chip_severity: str = ""


def prices_of(snapshot: Body) -> Prices:
    rt, fmm, da = (by_start(snapshot[market]) for market in ("rt", "fmm", "da"))
    advice = {one["battery_id"]: one for one in snapshot.get("advice") or ()}
    return Prices(rt, fmm, da, still_open(snapshot["alerts"]), advice)


def first_paint(
    prices: Prices,
    current: Body,
    *,
    thresholds: Sequence[Threshold],
    source: Source,
    choice: Choice,
    now: datetime,
) -> FirstPaint:
    """Of a page that comes with a snapshot, whose `current` is of `now`."""
    held = Held(prices, estimate_in(current), now)
    shown = tiles(held, thresholds, source)
    status = status_line(held, source)
    return FirstPaint(
        shown,
        advice_tile(choice, prices.advice, now=now),
        status,
        clock_text(now),
        made_text(now),
        held.begun is not None,
        chip_text(prices.alerts),
        severity(prices.alerts),
    )


def nothing_yet(source: Source, choice: Choice, *, now: datetime) -> FirstPaint:
    """Of a page that comes without a snapshot."""
    status = StatusLine(day=day_text(now), outage=source.trouble or "")
    advice = advice_tile(choice, None, now=now)
    return FirstPaint(loading(now), advice, status, "", made_text(now), has_prices=False)
