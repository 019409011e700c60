"""When prices come out, and how whole the day is: `market/publication_delay.js`, `today.js`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.first_paint.held import FIVE, Held, Price, prices_between
from dashboard.first_paint.market_times import duration_text, today
from dashboard.first_paint.price_words import NOTHING
from market.intervals import floor
from market.markets import Market

LEARNED_FROM, FEWEST = 24, 3
CAME_TOGETHER = timedelta(minutes=10)
LATE_AFTER, NO_TIME = timedelta(minutes=1), timedelta(0)
A_DAY, A_SECOND = timedelta(hours=24), timedelta(seconds=1)


def median_delay(prices: Sequence[Price]) -> timedelta | None:
    """Of those that came together only the newest was not late; None where too few did."""
    newest_seen = {price.first_seen: price.first_seen - price.start for price in prices}
    delays = sorted(d for d in newest_seen.values() if abs(d) < CAME_TOGETHER)
    return delays[len(delays) // 2] if len(delays) >= FEWEST else None


class Late(NamedTuple):
    """The intervals up to the running one whose prices should be here and are not."""

    first: datetime
    last: datetime
    due: datetime  # when the first of them was


def usual_delay(held: Held) -> timedelta:
    """None is late before its interval has begun, however early CAISO usually is."""
    return max(median_delay(list(held.rt.values())[-LEARNED_FROM:]) or NO_TIME, NO_TIME)


def newest_due(held: Held) -> datetime:
    """The start of the newest interval whose price should be here by now, held or not."""
    return floor(held.now - usual_delay(held) - LATE_AFTER, Market.RTM)


def late_intervals(held: Held) -> Late | None:
    """What is late; None also where nothing is held at all."""
    begun, last = held.begun, newest_due(held)
    if begun is None or last < begun.end:
        return None
    return Late(begun.end, last, begun.end + usual_delay(held))


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
    """How many of today's intervals are held, of those that should be here by now."""
    prices, start = of_today(held), today(held.now)[0]
    due = newest_due(held) + FIVE if held.rt else start
    until = max(prices[-1].end if prices else start, due, start)
    return len(prices), (until - start) // FIVE
