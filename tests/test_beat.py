"""Beat goes on when the clock steps back."""

from datetime import datetime, timedelta

import pytest

from caisoproject.beat import in_the_future, stepped_back
from tests.conftest import utc

NOW = utc("2026-11-24 01:05")


@pytest.mark.parametrize(
    ("before", "after", "stepped"),
    [
        (1000.0, 1000.0, False),
        (1000.0, 999.0, False),  # drift, or the jitter of two readings
        (1000.0, 998.0, False),
        (1000.0, 997.9, True),
        (1000.0, -2600.0, True),
        (1000.0, 4600.0, False),  # forward: what is due is just due
    ],
)
def test_a_step_back_is_told_from_drift(before: float, after: float, stepped: bool) -> None:
    assert stepped_back(before, after) is stepped


@pytest.mark.parametrize(
    ("last_run_at", "future"),
    [
        (None, False),
        (NOW - timedelta(seconds=1), False),
        (NOW, False),
        (NOW + timedelta(microseconds=1), True),
        (NOW + timedelta(hours=1), True),
    ],
)
def test_an_entry_that_ran_later_than_now_would_stay_silent(
    last_run_at: datetime | None, future: bool
) -> None:
    assert in_the_future(last_run_at, now=NOW) is future
