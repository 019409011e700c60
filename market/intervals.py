"""Operating dates and their intervals: the only place that knows the Pacific time zone.

An operating date runs from one Pacific midnight to the next: 23 hours when clocks spring
forward, 25 when they fall back, 24 on all other days. Everything else is in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from market.markets import Market

PACIFIC = ZoneInfo("America/Los_Angeles")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTES = {market: market.interval // timedelta(minutes=1) for market in Market}


class NaiveTime(ValueError):
    """A timestamp without a time zone, which could mean any of several moments."""


def aware(moment: datetime) -> datetime:
    """`moment` in UTC. Raises NaiveTime if it has no zone."""
    if moment.tzinfo is None:
        raise NaiveTime(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def operating_date(moment: datetime) -> date:
    """The Pacific calendar date that `moment` falls on."""
    return aware(moment).astimezone(PACIFIC).date()


def midnight(day: date) -> datetime:
    """When `day` begins in California, in UTC: 07Z in summer, 08Z in winter."""
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """[start, end) of an operating date, in UTC."""
    return midnight(day), midnight(day + timedelta(days=1))


def day_intervals(day: date, market: Market) -> list[datetime]:
    """The interval starts of an operating date: 23, 24 or 25 hours of them."""
    return list(intervals_between(*day_bounds(day), market))


def intervals_between(start: datetime, end: datetime, market: Market) -> Iterator[datetime]:
    """The interval starts of `market` in [start, end), oldest first."""
    moment = ceiling(start, market)
    while moment < end:
        yield moment
        moment += market.interval


def floor(moment: datetime, market: Market) -> datetime:
    """The start of the interval that `moment` falls in."""
    moment = aware(moment)
    return moment - (moment - EPOCH) % market.interval


def is_start(moment: datetime, market: Market) -> bool:
    """Whether an interval starts at `moment`, in UTC: all intervals are parts of an hour."""
    return not (moment.minute % MINUTES[market] or moment.second or moment.microsecond)


def ceiling(moment: datetime, market: Market) -> datetime:
    """The first interval start at or after `moment`."""
    start = floor(moment, market)
    return start if start == aware(moment) else start + market.interval


def hour_ending(moment: datetime) -> int:
    """The hour of the operating date that `moment` falls in: 1 to 23, 24 or 25.

    Hours are counted as they pass. OASIS's OPR_HR is different: it is 25 for the second 1 o'clock
    hour in autumn and skips 3 in spring. Use neither as a key.
    """
    start = midnight(operating_date(moment))
    return int((aware(moment) - start) / timedelta(hours=1)) + 1


def pacific(moment: datetime) -> datetime:
    """`moment` as a clock in California shows it."""
    return aware(moment).astimezone(PACIFIC)


def iso(moment: datetime) -> str:
    """`moment` as ISO 8601 in UTC with a Z, in seconds, or in milliseconds if it has a fraction."""
    moment = aware(moment)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def from_iso(text: str) -> datetime:
    """An ISO 8601 timestamp as UTC. Raises NaiveTime without a zone, ValueError otherwise."""
    try:
        return aware(datetime.fromisoformat(text))
    except OverflowError as fault:  # 0001-01-01T00:00+05:00 is before the year 1 in UTC
        raise ValueError(str(fault)) from fault
