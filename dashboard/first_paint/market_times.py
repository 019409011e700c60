"""Market time as the page writes it: `market/market_time.js`."""

from datetime import datetime, timedelta

from market.intervals import day_bounds, operating_date, pacific

HOUR = timedelta(hours=1)


def hour_ending(moment: datetime) -> int:
    """By the wall clock, as OASIS counts: spring skips 3, autumn's second 1 o'clock is 25."""
    hour = pacific(moment).hour
    return 25 if hour == 1 and pacific(moment - HOUR).hour == 1 else hour + 1


def comes_twice(moment: datetime) -> bool:
    """Whether the clock shows this hour twice on that day."""
    hour = pacific(moment).hour
    beside = {pacific(moment - HOUR).hour, pacific(moment + HOUR).hour}
    return hour == 1 and 1 in beside


def clock_text(moment: datetime) -> str:
    return f"{pacific(moment):%H:%M:%S}"


def time_text(moment: datetime) -> str:
    """`14:35`; in the hour that autumn repeats `01:35 PDT`, then `01:35 PST`."""
    return f"{pacific(moment):%H:%M %Z}" if comes_twice(moment) else f"{pacific(moment):%H:%M}"


def interval_text(start: datetime, end: datetime) -> str:
    """`14:35–14:40`."""
    begins, ends = pacific(start), pacific(end)
    if not (comes_twice(start) or comes_twice(end)):
        return f"{begins:%H:%M}–{ends:%H:%M}"
    if begins.tzname() == ends.tzname():
        return f"{begins:%H:%M}–{ends:%H:%M %Z}"
    return f"{begins:%H:%M %Z}–{ends:%H:%M %Z}"


def day_text(moment: datetime) -> str:
    """`Tue, Jul 14`."""
    return f"{pacific(moment):%a, %b %-d}"


def made_text(moment: datetime) -> str:
    """`14:37:12 PDT, Tue, Jul 14`."""
    return f"{pacific(moment):%H:%M:%S %Z}, {day_text(moment)}"


def duration_text(length: timedelta) -> str:
    """`45 s`, `2 min 12 s`, `1 h 05 min`, `3 d 4 h`."""
    seconds = max(0, length // timedelta(seconds=1))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds // 60 % 60:02} min"
    return f"{seconds // 86400} d {seconds // 3600 % 24} h"


def rough_duration_text(length: timedelta) -> str:
    """The same with one unit: `45 s`, `12 min`, `3 h`, `2 d`."""
    seconds = max(0, length // timedelta(seconds=1))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 86400 else f"{seconds // 86400} d"


def today(now: datetime) -> tuple[datetime, datetime]:
    return day_bounds(operating_date(now))


def tomorrow(now: datetime) -> tuple[datetime, datetime]:
    return day_bounds(operating_date(now) + timedelta(days=1))
