"""The day so far, what moved, and when prices come out: worked by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser
from tests.page.prices import HOUR, MINUTE, five, hourly, ms

__all__ = ["run"]

pytestmark = in_a_browser
NOON = ms("2026-07-14T12:00:00-07:00")
STATE = """((held) => ({
  hub: "SP15", seq: 1, estimate: null,
  rt: new Map(held.rt.map((price) => [price.start, price])),
  da: new Map((held.da ?? []).map((price) => [price.start, price])),
}))(a.held)"""


def of(run: Run, module: str, expression: str, now: float, **held: Any) -> Any:
    """An expression of `state` and `now`."""
    wrapped = f"((state, now) => {expression})({STATE}, a.now)"
    return run(module, wrapped, {"held": held, "now": now})


@pytest.mark.parametrize(
    ("midnight", "hours"),
    [
        ("2026-07-14T00:00:00-07:00", 24),
        ("2026-03-08T00:00:00-08:00", 23),
        ("2026-11-01T00:00:00-07:00", 25),
    ],
)
def test_a_whole_day_is_complete(midnight: str, hours: int, run: Run) -> None:
    start = ms(midnight)
    day = five(start, *[30.0] * (12 * hours))
    found = of(
        run, "market/today.js", "todayComplete(state, now)", start + hours * HOUR - 1, rt=day
    )
    assert found == {"held": 12 * hours, "expected": 12 * hours}


def test_a_missing_interval_is_counted_as_missing(run: Run) -> None:
    start = ms("2026-07-14T00:00:00-07:00")
    prices = five(start, 30, None, 32, 33)
    found = of(run, "market/today.js", "todayComplete(state, now)", start + 20 * MINUTE, rt=prices)
    assert found == {"held": 3, "expected": 4}


def test_the_count_goes_on_while_nothing_comes(run: Run) -> None:
    start = ms("2026-07-14T00:00:00-07:00")
    prices = five(start, 30, 31)
    counted = "todayComplete(state, now).expected"
    minutes = (10, 10.9, 11, 16, 24 * 60 - 1)
    found = [
        of(run, "market/today.js", counted, start + minute * MINUTE, rt=prices)
        for minute in minutes
    ]
    assert found == [2, 2, 3, 4, 288]
    after_midnight = "todayComplete(state, now)"
    assert of(run, "market/today.js", after_midnight, start + 30_000, rt=[]) == {
        "held": 0,
        "expected": 0,
    }


LATE = "lateIntervals(state, now)"


@pytest.mark.parametrize(
    ("second", "late"),
    [
        (299, None),  # 11:55 runs
        (300, None),  # 12:00 may still come
        (300 + 90, None),
        (300 + 91, [0, 0, 31]),  # a minute after it usually is out
        (600 + 90, [0, 0, 31]),
        (600 + 91, [0, 5, 31]),
    ],
)
def test_a_price_is_late_a_minute_after_it_usually_is_out(
    second: int, late: list[int] | None, run: Run
) -> None:
    prices = five(NOON - 20 * MINUTE, 30, 30, 30, 30)
    for price in prices:
        price["first_seen"] = datetime.fromtimestamp((price["start"] + 31_000) / 1000, UTC)
        price["first_seen"] = price["first_seen"].isoformat()
    now = NOON - 5 * MINUTE + 1000 * second
    found = of(run, "market/publication_delay.js", LATE, now, rt=prices)
    minutes = late and [NOON + late[0] * MINUTE, NOON + late[1] * MINUTE, NOON + late[2] * 1000]
    assert (found and list(found.values())) == minutes


def test_of_two_published_ahead_the_one_that_is_missing_is_late(run: Run) -> None:
    prices = five(NOON - 5 * MINUTE, 30, None, 31)
    found = of(run, "market/publication_delay.js", LATE, NOON + MINUTE, rt=prices)
    assert found["first"] == found["last"] == NOON


def test_what_moved_since_the_interval_before(run: Run) -> None:
    held = {"rt": five(NOON - 5 * MINUTE, 34.12, 30), "da": hourly(NOON - HOUR, 40, 37.9, 45)}
    moved = "[realTimeChange(state, now), spreadChange(state, now), dayAheadChange(state, now)]"
    assert of(run, "market/price_changes.js", moved, NOON, **held) == [
        "▼ −4.12 since 11:55",
        "▼ −2.02 since 11:55",
        "▼ −2.10 on HE12",
    ]
    assert (
        of(run, "market/price_changes.js", "nextHourText(state, now)", NOON, **held)
        == "next HE14 45.00 ▲"
    )


def test_after_a_gap_there_is_no_change(run: Run) -> None:
    prices = five(NOON - 10 * MINUTE, 34.12, None, 30)
    assert of(run, "market/price_changes.js", "realTimeChange(state, now)", NOON, rt=prices) == ""


def test_what_moved_is_of_the_interval_that_runs_not_of_one_published_ahead(run: Run) -> None:
    prices = five(NOON - 5 * MINUTE, 34.12, 30, 99)
    moved = of(run, "market/price_changes.js", "realTimeChange(state, now)", NOON, rt=prices)
    assert moved == "▼ −4.12 since 11:55"


@pytest.mark.parametrize("delay_s", [-130, 31])
def test_the_usual_delay_is_that_of_prices_that_came_by_themselves(delay_s: int, run: Run) -> None:
    prices = five(NOON - 25 * 5 * MINUTE, *[30.0] * 25)
    for i, price in enumerate(prices):
        at = NOON if i < 20 else price["start"] + delay_s * 1000
        price["first_seen"] = datetime.fromtimestamp(at / 1000, UTC).isoformat()
    found = of(run, "market/publication_delay.js", "typicalDelay(state, now)", NOON, rt=prices)
    assert found == delay_s * 1000
