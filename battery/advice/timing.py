"""When advice for an interval is made: once its newest price is there, and only once. Pure.

Where prices are published before their interval begins, advice waits for the interval's own; else
it is made on the price of the interval before it. It never comes later than a few seconds before
its interval.
"""

from datetime import datetime, timedelta

LAST_CALL = timedelta(seconds=20)
# A publication that usually comes ahead is waited for this much longer.
GRACE = timedelta(seconds=60)
# A price is prepared for from so long before it usually comes, and for so long afterwards.
BEFORE, AFTER = timedelta(seconds=20), timedelta(seconds=60)


def is_time(
    starts: datetime,
    *,
    own_is_held: bool,
    before_is_held: bool,
    usual_delay: timedelta | None,
    now: datetime,
) -> bool:
    """Whether the advice for the interval that starts then is to be made now.

    `own_is_held` and `before_is_held` are of the real-time prices of the interval and of the one
    before it; `usual_delay` is of a publication after its interval's start, below 0 if ahead.
    """
    if own_is_held or now >= starts - LAST_CALL:
        return True
    if usual_delay is not None and usual_delay < -LAST_CALL:
        return before_is_held and now >= starts + usual_delay + GRACE
    return before_is_held


def is_near(
    starts: datetime, interval: timedelta, *, usual_delay: timedelta | None, now: datetime
) -> bool:
    """Whether the price that this advice waits for usually comes about now."""
    delay = usual_delay or timedelta(0)
    awaited = starts if delay < -LAST_CALL else starts - interval
    return awaited + delay - BEFORE <= now <= awaited + delay + AFTER
