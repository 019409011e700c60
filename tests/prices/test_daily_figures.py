"""A day's figures: cases worked by hand, and any day against another way to work it out."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest

from market.intervals import day_bounds, day_intervals, intervals_between, pacific
from market.markets import Market
from market.peak_hours import holidays
from prices.daily_figures import DayFigures, HeldDay, day_ahead_beside, day_figures
from tests.conftest import utc

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
TUESDAY = date(2026, 7, 14)
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
MIDNIGHT = utc("2026-07-14 07:00")


def hourly(day: date, *lmps: str | int) -> dict[datetime, Decimal]:
    """Day-ahead prices from midnight on; a dash is a gap."""
    start = day_bounds(day)[0]
    found = {start + nth * HOUR: lmp for nth, lmp in enumerate(lmps) if lmp != "-"}
    return {moment: Decimal(lmp) for moment, lmp in found.items()}


def five(start: datetime, *lmps: str | int) -> dict[datetime, Decimal]:
    """Real-time prices from a moment on; a dash is a gap."""
    found = {start + nth * FIVE: lmp for nth, lmp in enumerate(lmps) if lmp != "-"}
    return {moment: Decimal(lmp) for moment, lmp in found.items()}


def of(day: date, market: Market, lmps: Mapping[datetime, Decimal]) -> DayFigures:
    found = day_figures(day, market, lmps)
    assert found is not None
    return found


def test_a_whole_day_ahead_day() -> None:
    # Hours ending 1 to 6 at 10, 7 to 22 at 40 but 90 at 19 and -5 at 12, 23 and 24 at 25.
    lmps = [10] * 6 + [40] * 5 + [-5] + [40] * 6 + [90] + [40] * 3 + [25] * 2
    assert of(TUESDAY, Market.DAM, hourly(TUESDAY, *lmps)) == DayFigures(
        held=24,
        expected=24,
        average=Decimal("31.45833"),  # 60 + 14 * 40 - 5 + 90 + 50 = 755, of 24
        high=Decimal(90),
        high_start=utc("2026-07-15 01:00"),
        low=Decimal(-5),
        low_start=utc("2026-07-14 18:00"),
        on_peak=Decimal("40.31250"),  # 560 - 5 + 90 = 645, of 16
        off_peak=Decimal("13.75000"),  # 60 + 50 = 110, of 8
        negative_minutes=60,
        tb2=Decimal("125.00000"),  # 90 + 40 less -5 + 10
        tb4=Decimal("185.00000"),  # 90 + 3 * 40 less -5 + 3 * 10
    )


def test_nothing_held_comes_to_nothing() -> None:
    assert day_figures(TUESDAY, Market.RTM, {}) is None


@pytest.mark.parametrize(
    ("day", "market", "expected"),
    [
        (TUESDAY, Market.RTM, 288),
        (SPRING, Market.RTM, 276),
        (AUTUMN, Market.RTM, 300),
        (SPRING, Market.DAM, 23),
        (AUTUMN, Market.DAM, 25),
        (TUESDAY, Market.RTPD, 96),
    ],
)
def test_a_day_is_whole_with_every_interval_it_has(
    day: date, market: Market, expected: int
) -> None:
    lmps = dict.fromkeys(day_intervals(day, market), Decimal(30))
    found = of(day, market, lmps)
    assert (found.held, found.expected, found.whole) == (expected, expected, True)
    del lmps[max(lmps)]
    found = of(day, market, lmps)
    assert (found.held, found.expected, found.whole) == (expected - 1, expected, False)


@pytest.mark.parametrize(
    ("start", "lmps", "wanted"),
    [
        ("2026-07-14 07:00", (31,), {"tb2": None, "on_peak": None, "off_peak": 31}),
        ("2026-07-14 12:55", (10, 50), {"on_peak": 50, "off_peak": 10}),
        ("2026-07-15 04:55", (10, 50), {"on_peak": 10, "off_peak": 50}),
        ("2026-07-14 07:00", (0, "-0.01", "-", -3, 5), {"negative_minutes": 10}),
        ("2026-07-14 07:00", (7, 9, 9, 7), {"high_start": "07:05", "low_start": "07:00"}),
        ("2026-07-14 07:00", ("-0.000004", 0), {"average": "0.00000"}),
        ("2026-07-14 07:00", (1, 1, 2), {"average": "1.33333"}),
    ],
)
def test_what_is_held_of_a_day_that_runs(start: str, lmps: Any, wanted: dict[str, Any]) -> None:
    found = of(TUESDAY, Market.RTM, five(utc(start), *lmps))._asdict()
    for name, value in wanted.items():
        if name.endswith("_start"):
            assert f"{found[name]:%H:%M}" == value
        else:
            assert found[name] == (None if value is None else Decimal(value)), name
    assert not str(found["average"]).startswith("-0")


@pytest.mark.parametrize(
    ("hours", "tb2", "tb4"),
    [
        ((10, 20, 30, 40), 40, None),
        ((10, 20, 30), None, None),
        ((-20, 5, 60, 90, 40, 0, 30, 30), 170, 205),  # 90 60 (40 30) less -20 0 (5 30)
        ((-20, 5, 60, 90, 40, 0, 30), 170, None),
        ((50, 50, 50, 50), 0, None),
        ((10, 20, "-", 40, 30), 40, None),
    ],
)
def test_tb_is_the_dearest_hours_less_the_cheapest(
    hours: Any, tb2: int | None, tb4: int | None
) -> None:
    found = of(TUESDAY, Market.DAM, hourly(TUESDAY, *hours))
    assert (found.tb2, found.tb4) == (tb2, tb4)


def test_a_real_time_hour_counts_for_tb_once_all_its_intervals_are_held() -> None:
    whole = [lmp for lmp in (10, 20, 30) for _ in range(12)]
    holed = [900] * 11 + ["-"]
    assert of(TUESDAY, Market.RTM, five(MIDNIGHT, *whole, *holed)).tb2 is None
    halves = [40] * 6 + [51] * 6
    assert of(TUESDAY, Market.RTM, five(MIDNIGHT, *whole, *holed, *halves)).tb2 == Decimal("45.5")


@pytest.mark.parametrize(
    ("lmps", "day_ahead", "beside"),
    [
        ([1] * 24, (30, 60), "45"),
        ([1] * 18, (30, 60), "40"),  # 12 intervals at 30 and 6 at 60
        ([1, "-", 1] + ["-"] * 9 + [1], (30, 60), "40"),
        ([1] * 12, (30, 999), "30"),  # hours to come count for nothing
        ([1] * 13, (30, "-"), None),
        ([], (30, 60), None),
    ],
)
def test_day_ahead_is_averaged_over_the_intervals_of_real_time(
    lmps: Any, day_ahead: Any, beside: str | None
) -> None:
    day = HeldDay(TUESDAY, five(MIDNIGHT, *lmps), hourly(TUESDAY, *day_ahead))
    assert day_ahead_beside(day) == (None if beside is None else Decimal(beside))


def worked_out_anew(day: date, market: Market, lmps: dict[datetime, Decimal]) -> dict[str, Any]:
    """The same figures in fractions, by the clock in California instead of by bounds in UTC."""
    prices = [(moment, Fraction(lmp)) for moment, lmp in sorted(lmps.items())]
    is_peak_day = day.weekday() < 6 and day not in holidays(day.year)
    peak = [lmp for at, lmp in prices if is_peak_day and 6 <= pacific(at).hour <= 21]
    rest = [lmp for at, lmp in prices if not (is_peak_day and 6 <= pacific(at).hour <= 21)]
    hours = [
        [lmp for _, lmp in held]
        for _, held in groupby(prices, key=lambda price: price[0].strftime("%d %H"))
    ]
    means = sorted(sum(hour) / len(hour) for hour in hours if len(hour) == HOUR / market.interval)
    return {
        "held": len(prices),
        "average": sum(lmp for _, lmp in prices) / len(prices),
        "high": max(lmp for _, lmp in prices),
        "low": min(lmp for _, lmp in prices),
        "on_peak": sum(peak) / len(peak) if peak else None,
        "off_peak": sum(rest) / len(rest) if rest else None,
        "negative_minutes": len([1 for _, lmp in prices if lmp < 0]) * market.interval.seconds / 60,
        "tb2": sum(means[-2:]) - sum(means[:2]) if len(means) > 3 else None,
        "tb4": sum(means[-4:]) - sum(means[:4]) if len(means) > 7 else None,
    }


@pytest.mark.parametrize("seed", range(60))
def test_any_day_comes_to_what_another_way_to_work_it_out_says(seed: int) -> None:
    chance = random.Random(seed)
    day = chance.choice([SPRING, AUTUMN, date(2026, 11, 26), date(2026, 1, 1)]) + timedelta(
        days=chance.randint(0, 3)
    )
    market = chance.choice(list(Market))
    moments = list(intervals_between(*day_bounds(day), market))
    held = moments if seed % 3 else chance.sample(moments, chance.randint(1, len(moments)))
    lmps = {moment: Decimal(chance.randint(-9_999_999, 30_000_000)).scaleb(-5) for moment in held}
    found = of(day, market, lmps)._asdict()
    assert found["expected"] == len(moments)
    for name, value in worked_out_anew(day, market, lmps).items():
        got = found[name]
        assert (got is None) is (value is None), name
        assert value is None or abs(Fraction(got) - value) <= Fraction(5, 1_000_000), name
