"""Quiet hours by the clock of a named zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.rules.quiet_hours import EVERY_DAY, Quiet

PT = ZoneInfo("America/Los_Angeles")
NIGHT = Quiet(time(22), time(7), EVERY_DAY, PT)
OFFICE = Quiet(time(9), time(17), "12345", PT)
WEEKEND = Quiet(time(0), time(0), "67", PT)
FRIDAY_NIGHT = Quiet(time(22), time(7), "5", PT)
BERLIN = Quiet(time(22), time(7), EVERY_DAY, ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("quiet", "local", "covered"),
    [
        (NIGHT, "2026-07-14T21:59", False),
        (NIGHT, "2026-07-14T22:00", True),
        (NIGHT, "2026-07-15T06:59", True),
        (NIGHT, "2026-07-15T07:00", False),
        (OFFICE, "2026-07-14T09:00", True),  # a Tuesday
        (OFFICE, "2026-07-14T17:00", False),
        (OFFICE, "2026-07-18T12:00", False),  # a Saturday
        (WEEKEND, "2026-07-17T23:59", False),
        (WEEKEND, "2026-07-18T00:00", True),
        (WEEKEND, "2026-07-19T23:59", True),
        (WEEKEND, "2026-07-20T00:00", False),
        (FRIDAY_NIGHT, "2026-07-17T23:00", True),
        (FRIDAY_NIGHT, "2026-07-17T06:00", False),  # began on Thursday
        (FRIDAY_NIGHT, "2026-07-18T06:00", True),
        (FRIDAY_NIGHT, "2026-07-18T23:00", False),
        # The clock goes back: both of the one o'clock hours are quiet.
        (NIGHT, "2026-11-01T01:30", True),
        (BERLIN, "2026-07-14T14:00", True),  # 23:00 in Berlin
        (BERLIN, "2026-07-14T12:00", False),
    ],
)
def test_quiet_hours_begin_and_end_by_the_local_clock(
    quiet: Quiet, local: str, covered: bool
) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=PT)
    assert quiet.covers(moment) is covered
    assert quiet.covers(moment.replace(fold=1)) is covered


@pytest.mark.parametrize(
    ("begin", "until", "loud"),
    [
        # Once begun or until it is over it is quiet without a break, in UTC from 08:00 (01:00 PDT).
        (time(1, 30), time(6), [("08:00", "08:30"), ("14:00", "15:00")]),
        (time(0), time(1, 30), [("09:30", "15:00")]),
        (time(1, 15), time(1, 45), [("08:00", "08:15"), ("09:45", "15:00")]),
        (time(1, 45), time(1, 15), []),  # the next begins before the last ends
    ],
)
def test_in_the_repeated_hour_quiet_hours_have_no_break(
    begin: time, until: time, loud: list[tuple[str, str]]
) -> None:
    quiet = Quiet(begin, until, EVERY_DAY, PT)
    for minutes in range(0, 7 * 60, 5):
        moment = datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(minutes=minutes)
        clock = f"{moment:%H:%M}"
        assert quiet.covers(moment) is not any(a <= clock < b for a, b in loud), clock


@pytest.mark.parametrize(
    ("begin", "until", "covered"),
    [
        (time(22), time(2, 30), ["09:55"]),  # the clock jumps over its end
        (time(2, 30), time(6), ["10:00", "12:55"]),  # and over its beginning
        (time(2, 15), time(2, 45), []),  # and over both
    ],
)
def test_quiet_hours_begin_or_end_with_the_jump_over_their_time(
    begin: time, until: time, covered: list[str]
) -> None:
    quiet = Quiet(begin, until, EVERY_DAY, PT)
    moments = [
        datetime(2027, 3, 14, 9, 30, tzinfo=UTC) + timedelta(minutes=m) for m in range(0, 210, 5)
    ]
    found = [f"{moment:%H:%M}" for moment in moments if quiet.covers(moment)]
    assert found[-1:] == covered[-1:]
    assert not covered or covered[0] in found
