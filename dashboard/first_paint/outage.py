"""Why the page may not show what CAISO publishes now, as far as a server knows it.

As in `live/outage.js`.
"""

from datetime import datetime, timedelta

from dashboard.first_paint.held import FIVE, Held, Source
from dashboard.first_paint.market_times import clock_text, day_text, interval_text, time_text
from dashboard.first_paint.publication import late_intervals

LONG = timedelta(hours=20)


def outage_text(held: Held, source: Source) -> str:
    """A sentence, or nothing."""
    return source.trouble or late_text(held, source)


def late_text(held: Held, source: Source) -> str:
    """That what is due was not published; or, if nobody answered since, not fetched."""
    late = late_intervals(held)
    if late is None:
        return ""
    who = "The simulator" if source.name == "simulator" else "CAISO"
    what, asked = lacking(late.first, late.last), source.answered.get("RTM")
    if asked and asked >= late.due:
        return f"{who} has not published {what} yet. Due at {clock_text(late.due)[:5]}."
    since = f": {who} last answered at {clock_text(asked)[:5]}" if asked else ""
    return f"{what[0].upper()}{what[1:]} could not be fetched yet{since}."


def lacking(first: datetime, last: datetime) -> str:
    """`21:00`, `the 3 intervals 20:50–21:05`."""
    if first == last:
        return time_text(first)
    count = (last - first) // FIVE + 1
    is_long = last - first >= LONG
    since = f"since {day_text(first)}, {time_text(first)}"
    return f"the {count} intervals {since if is_long else interval_text(first, last + FIVE)}"
