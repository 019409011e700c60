"""When a failed delivery is tried again. Pure."""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
DOUBLINGS = 9  # 10 s doubled nine times is beyond the hour


def next_try(
    attempts: int,
    created_at: datetime,
    now: datetime,
    retry_after: float | None = None,
    *,
    jitter: float,
) -> datetime | None:
    """When to try again after `attempts` failures; None a day after `created_at`.

    After 10 s, doubling to an hour; `jitter` (0 to 1) shortens that by up to half. Never before
    the `retry_after` seconds that the receiver asked for. The last try is at the end of the day.
    """
    ends = created_at + GIVEN_UP_AFTER
    if now >= ends:
        return None
    wait = min(FIRST_WAIT * 2.0 ** min(attempts - 1, DOUBLINGS), LONGEST_WAIT) * (1 - jitter / 2)
    asked = timedelta(seconds=min(retry_after or 0, GIVEN_UP_AFTER.total_seconds()))
    return min(now + max(wait, asked), ends)
