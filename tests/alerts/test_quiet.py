"""Quiet hours by the clock of a named zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.quiet import EVERY_DAY, Quiet

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
