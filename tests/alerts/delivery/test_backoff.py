"""When a delivery is tried again, and when it is given up."""

from datetime import timedelta

import pytest

from alerts.delivery.backoff import next_try
from tests.conftest import utc

CREATED = utc("2026-11-24 01:00")
HOUR = 3600


@pytest.mark.parametrize(
    ("attempts", "age", "retry_after", "jitter", "seconds"),
    [
        (1, 0, None, 0.0, 10),
        (2, 10, None, 0.0, 20),
        (3, 30, None, 0.0, 40),
        (9, 3000, None, 0.0, 2560),
        (10, 6000, None, 0.0, HOUR),
        (5000, 6000, None, 0.0, HOUR),
        (1, 0, None, 1.0, 5),
        (10, 6000, None, 0.5, 2700),
        (1, 0, 120.0, 0.0, 120),
        (1, 0, 1.0, 0.0, 10),
        (1, 0, 2 * HOUR, 1.0, 2 * HOUR),
        (12, 23.5 * HOUR, None, 0.0, HOUR / 2),
        (1, 0, 1e300, 0.0, 24 * HOUR),
        (12, 24 * HOUR - 1, None, 0.0, 1),
        (12, 24 * HOUR, None, 0.0, None),
        (1, 30 * HOUR, 5.0, 0.0, None),
    ],
)
def test_a_failed_delivery_is_tried_less_and_less_often_for_a_day(
    attempts: int, age: float, retry_after: float | None, jitter: float, seconds: float | None
) -> None:
    now = CREATED + timedelta(seconds=age)
    expected = None if seconds is None else now + timedelta(seconds=seconds)
    assert next_try(attempts, CREATED, now, retry_after, jitter=jitter) == expected


def test_a_receiver_that_never_answers_is_tried_about_thirty_times() -> None:
    now, tries = CREATED, 0
    while moment := next_try(tries + 1, CREATED, now, jitter=0.0):
        now, tries = moment, tries + 1
    assert now == CREATED + timedelta(days=1)
    assert tries == 32
