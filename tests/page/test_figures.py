"""The summary's figures, worked by hand."""

from typing import Any

import pytest

from tests.page.modules import Call, in_a_browser
from tests.page.prices import HOUR, MINUTE, five, hourly, ms

pytestmark = in_a_browser
NOON = ms("2026-06-24T12:00:00-07:00")


def test_the_standard_deviation_is_that_of_all_prices(call: Call) -> None:
    # Mean 5, squared distances 9 1 1 1 0 0 4 16: the mean of them is 4.
    prices = five(NOON, 2, 4, 4, 4, 5, 5, 7, 9)
    found = call("return m.figures(prices)", prices=prices)
    assert found["average"] == 5
    assert found["deviation"] == 2
    assert (found["high"]["lmp"], found["low"]["lmp"]) == (9, 2)


def test_one_price_has_no_deviation_and_no_tb(call: Call) -> None:
    found = call("return m.figures(prices)", prices=five(NOON, 31.5))
    assert (found["average"], found["deviation"], found["tb2"], found["tb4"]) == (
        31.5,
        0,
        None,
        None,
    )


def test_without_prices_there_are_no_figures(call: Call) -> None:
    assert call("return m.figures([])") is None


@pytest.mark.parametrize(
    ("lmps", "minutes"),
    [((10, -1, -0.01, 0, 5), 10), ((-5, None, -5), 10), ((1, 2), 0)],
    ids=["zero is not negative", "a gap counts for nothing", "none"],
)
def test_hours_below_zero_are_counted_by_interval(
    call: Call, lmps: tuple[float | None, ...], minutes: int
) -> None:
    found = call("return m.figures(prices)", prices=five(NOON, *lmps))
    assert found["negativeMs"] == minutes * MINUTE


@pytest.mark.parametrize(
    ("hours", "n", "dollars"),
    [
        ((10, 20, 30, 40), 2, 40),  # 40 + 30 - 10 - 20
        ((10, 20, 30), 2, None),
        ((-20, 5, 60, 90, 40, 0, 30, 30), 4, 205),  # 90 60 40 30 less -20 0 5 30
        ((-20, 5, 60, 90, 40, 0, 30), 4, None),
        ((50, 50, 50, 50), 2, 0),
    ],
)
def test_tb_is_the_dearest_hours_less_the_cheapest(
    call: Call, hours: tuple[float, ...], n: int, dollars: float | None
) -> None:
    assert call("return m.topBottom(hours, n)", hours=list(hours), n=n) == dollars


def test_a_real_time_hour_counts_once_all_its_intervals_are_held(call: Call) -> None:
    whole, holed = [12.0] * 12, [50.0] * 5 + [None] + [50.0] * 6
    prices = five(NOON, *whole, *holed, *[30.0] * 6, *[42.0] * 6, *[7.0] * 3)
    assert call("return m.wholeHourMeans(prices)", prices=prices) == [12, 36]


def test_the_hours_of_the_longest_and_the_shortest_day_all_count(call: Call) -> None:
    count = "return m.wholeHourMeans(m.figures(prices) && prices).length"
    november = hourly(ms("2026-11-01T00:00:00-07:00"), *range(25))
    march = hourly(ms("2026-03-08T00:00:00-08:00"), *range(23))
    assert call(count, prices=november) == 25
    assert call(count, prices=march) == 23


TODAY = """
const held = (prices) => new Map(prices.map((price) => [price.start, price]));
return m.hubFigures({ rt: held(rt), da: held(da) }, now);
"""


def today(call: Call, midnight: str, hours: int, now: str) -> Any:
    start = ms(midnight)
    yesterday = hourly(start - 2 * HOUR, 500, 500)
    day_ahead = yesterday + hourly(start, *range(hours)) + hourly(start + hours * HOUR, 900)
    return call(TODAY, rt=five(start, 20, 22), da=day_ahead, now=ms(now))


@pytest.mark.parametrize(
    ("midnight", "hours", "now"),
    [
        ("2026-11-01T00:00:00-07:00", 25, "2026-11-01T09:00:00-08:00"),
        ("2026-03-08T00:00:00-08:00", 23, "2026-03-08T09:00:00-07:00"),
        ("2026-06-24T00:00:00-07:00", 24, "2026-06-24T09:00:00-07:00"),
    ],
)
def test_today_is_the_operating_date_whatever_its_length(
    call: Call, midnight: str, hours: int, now: str
) -> None:
    found = today(call, midnight, hours, now)
    assert found["wholeDa"]["count"] == hours
    assert found["wholeDa"]["high"]["lmp"] == hours - 1
    assert found["todayRt"]["average"] == 21
    assert found["todayDa"]["average"] == 0  # of the same two intervals


def test_day_ahead_is_compared_over_the_intervals_that_real_time_has(call: Call) -> None:
    start = ms("2026-06-24T00:00:00-07:00")
    rt = five(start, *[20.0] * 12, *[None] * 6, *[30.0] * 6)
    found = call(TODAY, rt=rt, da=hourly(start, 40, 10, 900), now=start + 2 * HOUR)
    assert found["todayRt"]["average"] == pytest.approx((12 * 20 + 6 * 30) / 18)
    assert found["todayDa"]["average"] == pytest.approx((12 * 40 + 6 * 10) / 18)
    assert found["todayDa"]["count"] == found["todayRt"]["count"] == 18


def test_24_hours_are_288_intervals_up_to_the_running_one(call: Call) -> None:
    start = ms("2026-06-24T00:00:00-07:00")
    rt = five(start, *[float(n) for n in range(12 * 40)])
    now = start + 30 * HOUR + 2 * 60_000
    found = call(TODAY, rt=rt, da=hourly(start, *[1.0] * 48), now=now)
    assert found["lastRt"]["count"] == found["lastDa"]["count"] == 288
    assert found["lastRt"]["high"]["lmp"] == 12 * 30  # of the interval that runs, none ahead
    assert found["lastRt"]["low"]["lmp"] == 12 * 30 - 287
