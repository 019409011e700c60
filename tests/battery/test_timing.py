"""When advice is made, and when its price is awaited."""

from datetime import timedelta

import pytest

from battery.advice.timing import is_near, is_time
from tests.conftest import utc

STARTS = utc("2026-07-14 19:05")
FIVE = timedelta(minutes=5)


def seconds(count: float | None) -> timedelta | None:
    return None if count is None else timedelta(seconds=count)


@pytest.mark.parametrize(
    ("own", "before", "delay", "to_go", "is_due"),
    [
        # Published as its interval runs: the price of the interval before is the newest there is.
        (False, True, 30, 270, True),
        (False, False, 30, 270, False),
        (False, False, 30, 21, False),
        (False, False, 30, 20, True),
        (False, True, None, 270, True),
        # Published ahead: its own price is waited for, but no more than a minute longer.
        (False, True, -150, 270, False),
        (False, True, -150, 91, False),
        (False, True, -150, 90, True),
        (False, False, -150, 90, False),
        (True, True, -150, 299, True),
        (True, False, -1320, 899, True),
        (False, False, -1320, 899, False),
        # So little ahead that waiting for it would be too late.
        (False, True, -15, 299, True),
        (False, True, -30, 21, False),
        (False, True, -30, 20, True),
    ],
)
def test_advice_is_made_once_its_newest_price_is_there_or_it_can_wait_no_longer(
    own: bool, before: bool, delay: float | None, to_go: float, is_due: bool
) -> None:
    now = STARTS - timedelta(seconds=to_go)
    held = {"own_is_held": own, "before_is_held": before}
    assert is_time(STARTS, **held, usual_delay=seconds(delay), now=now) is is_due


@pytest.mark.parametrize(
    ("delay", "to_go", "near"),
    [
        (30, 291, False),
        (30, 290, True),
        (30, 210, True),
        (30, 209, False),
        (None, 300, True),
        (None, 239, False),
        (-150, 171, False),
        (-150, 170, True),
        (-150, 90, True),
        (-150, 89, False),
    ],
)
def test_a_price_is_awaited_about_when_it_usually_comes(
    delay: float | None, to_go: float, near: bool
) -> None:
    now = STARTS - timedelta(seconds=to_go)
    assert is_near(STARTS, FIVE, usual_delay=seconds(delay), now=now) is near
