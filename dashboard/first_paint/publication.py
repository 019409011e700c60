"""When prices come out, and how whole the day is: `market/publication_delay.js`, `today.js`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboard.first_paint.held import Held, Price, prices_between
from dashboard.first_paint.market_times import duration_text, today
from dashboard.first_paint.price_words import NOTHING

LEARNED_FROM, FEWEST = 24, 3
CAME_TOGETHER = timedelta(minutes=10)
A_DAY, A_SECOND = timedelta(hours=24), timedelta(seconds=1)


def median_delay(prices: Sequence[Price]) -> timedelta | None:
    """Of those that came together only the newest was not late; None where too few did."""
    newest_seen = {price.first_seen: price.first_seen - price.start for price in prices}
    delays = sorted(d for d in newest_seen.values() if abs(d) < CAME_TOGETHER)
    return delays[len(delays) // 2] if len(delays) >= FEWEST else None


def next_expected(held: Held) -> datetime | None:
    """When the next real-time price should be here."""
    if held.newest is None:
        return None
    delay = median_delay(list(held.rt.values())[-LEARNED_FROM:])
    return held.newest.end + (delay or timedelta())


def delay_text(held: Held) -> str:
    """`12 s before it starts`."""
    lately = [price for price in held.rt.values() if price.start > held.now - A_DAY]
    delay = median_delay(lately)
    if delay is None:
        return NOTHING
    if abs(delay) < A_SECOND:
        return "as it starts"
    return f"{duration_text(abs(delay))} {'before' if delay < timedelta() else 'after'} it starts"


def of_today(held: Held) -> list[Price]:
    """Today's real-time prices."""
    return prices_between(held.rt, *today(held.now))


def completeness(held: Held) -> tuple[int, int]:
    """How many of today's intervals are held, of those up to the newest."""
    prices = of_today(held)
    if not prices:
        return 0, 0
    newest = prices[-1]
    return len(prices), (newest.end - today(held.now)[0]) // (newest.end - newest.start)
