"""The status line, the banner, and how whole the day is: `status.js`, `outage.js`, `summary.js`."""

from typing import NamedTuple

from dashboard.first_paint.held import Held, Source
from dashboard.first_paint.market_times import clock_text, day_text, interval_text
from dashboard.first_paint.outage import outage_text
from dashboard.first_paint.price_words import NOTHING
from dashboard.first_paint.publication import completeness, delay_text

NOTHING_HELD = "No real-time interval of today yet."


class StatusLine(NamedTuple):
    interval: str = NOTHING
    first_seen: str = NOTHING
    delay: str = NOTHING
    complete: str = NOTHING
    complete_tone: str = "none"
    outage: str = ""
    day: str = ""
    held: str = NOTHING_HELD


def status_line(held: Held, source: Source) -> StatusLine:
    price = held.begun
    count, expected = completeness(held)
    return StatusLine(
        interval_text(price.start, price.end) if price else NOTHING,
        clock_text(price.first_seen) if price else NOTHING,
        delay_text(held),
        f"{count} / {expected}" if expected else NOTHING,
        "high" if count < expected else "none",
        outage_text(held, source),
        day_text(held.now),
        f"{count} of {expected} real-time intervals of today held" if expected else NOTHING_HELD,
    )
