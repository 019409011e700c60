"""The status line, the notice of a price that was not published, and how whole the day is.

As in `status.js`, `notices.js` and `summary.js`.
"""

from typing import NamedTuple

from dashboard.first_paint.held import FIVE, Held, StandIn, shown_price
from dashboard.first_paint.market_times import clock_text, day_text, interval_text
from dashboard.first_paint.price_words import NOTHING
from dashboard.first_paint.publication import completeness, delay_text, next_expected

SHOWN, NOT_PUBLISHED = "the real-time price shown", "not published by CAISO"
STAND_INS = {
    "cached": f"Cached: {SHOWN} is the last one known{{}}; CAISO has published nothing newer.",
    "interpolated": f"Interpolated: {SHOWN}{{}} is estimated between two known prices,"
    f" {NOT_PUBLISHED}.",
    "previous_day": f"Previous day: {SHOWN} is the one of the same hour yesterday,"
    f" {NOT_PUBLISHED} for now.",
}


NOTHING_HELD = "no real-time interval of today yet"


class StatusLine(NamedTuple):
    interval: str = NOTHING
    first_seen: str = NOTHING
    delay: str = NOTHING
    complete: str = NOTHING
    complete_tone: str = "none"
    notice: str = ""
    day: str = ""
    held: str = NOTHING_HELD


def status_line(held: Held) -> StatusLine:
    shown = shown_price(held)
    count, expected = completeness(held)
    return StatusLine(
        interval_text(shown.start, shown.start + FIVE) if shown and shown.start else NOTHING,
        clock_text(shown.price.first_seen) if shown and shown.price else NOTHING,
        delay_text(held),
        f"{count} / {expected}" if expected else NOTHING,
        "high" if count < expected else "none",
        stand_in_text(held, held.fallback) if held.fallback else "",
        day_text(held.now),
        f"{count} of {expected} real-time intervals of today held" if expected else NOTHING_HELD,
    )


def stand_in_text(held: Held, fallback: StandIn) -> str:
    """What the price shown is, and since when none has been published."""
    start = fallback.start
    interval = f" for {interval_text(start, start + FIVE)}" if start else ""
    due = next_expected(held)
    since = f" Since {clock_text(due)[:5]}." if due and due < held.now else ""
    return STAND_INS[fallback.quality].format(interval) + since
