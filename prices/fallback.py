"""What to show when a price is missing. Pure.

In this order, and labelled so: observed (or corrected, or unverified), cached (up to 15 minutes
old), interpolated (between two known prices), previous_day (at the same time), none. No rule is
judged by a value that was not observed, and no estimate is stored.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from market.intervals import aware, floor, pacific
from market.markets import Market
from oasis.published import quality

CACHED_FOR = timedelta(minutes=15)
INTERPOLATED_OVER = timedelta(minutes=30)
# Qualities of prices that CAISO did not publish: they get no spread.
ESTIMATED = frozenset({"interpolated", "previous_day"})


class Known(NamedTuple):
    """A held price: $/MWh, whether it was corrected, and whether its components add up."""

    lmp: Decimal
    corrected: bool
    verified: bool = True


class Shown(NamedTuple):
    """A price to show, its interval, and how the price was obtained."""

    lmp: Decimal
    interval_start: datetime
    quality: str


def shown(held: Mapping[datetime, Known], market: Market, *, now: datetime) -> Shown | None:
    """The best price for the interval that `now` falls in; None if there is none.

    `held` maps interval starts to prices, of the last day and a half or so. RTD and RTPD publish
    ahead: the price of an interval that has not begun is not shown for this one.
    """
    running = floor(now, market)
    if running in held:
        return observed(held, running)
    return (
        cached(held, running, now=now) or interpolated(held, running) or previous_day(held, running)
    )


def observed(held: Mapping[datetime, Known], start: datetime) -> Shown:
    """A held price, with its own quality."""
    known = held[start]
    sure = quality(verified=known.verified, revision=2 if known.corrected else 1)
    return Shown(known.lmp, start, sure)


def cached(held: Mapping[datetime, Known], running: datetime, *, now: datetime) -> Shown | None:
    """The newest price before the running interval, if it is at most 15 minutes old."""
    past = [start for start in held if start < running and now - start <= CACHED_FOR]
    if not past:
        return None
    return observed(held, max(past))._replace(quality="cached")


def interpolated(held: Mapping[datetime, Known], running: datetime) -> Shown | None:
    """On the line between the nearest prices before and after, at most half an hour apart."""
    before = max((start for start in held if start < running), default=None)
    after = min((start for start in held if start > running), default=None)
    if before is None or after is None or after - before > INTERPOLATED_OVER:
        return None
    share = Decimal((running - before) / (after - before)).quantize(Decimal("0.00001"))
    low, high = held[before].lmp, held[after].lmp
    lmp = (low + (high - low) * share).quantize(Decimal("0.00001"))
    return Shown(lmp, running, "interpolated")


def previous_day(held: Mapping[datetime, Known], running: datetime) -> Shown | None:
    """Yesterday's price at the same Pacific time."""
    yesterday = aware(pacific(running) - timedelta(days=1))
    if yesterday not in held:
        return None
    return Shown(held[yesterday].lmp, running, "previous_day")
