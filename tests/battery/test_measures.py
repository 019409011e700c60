"""Measures worked by hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from battery.measures import (
    SpreadOfHour,
    TopBottom,
    WorstDays,
    cycles,
    negative_hours,
    per_mw,
    realised_volatility,
    share_of_perfect,
    spread_by_hour,
    spreads,
    usd_per_kw_month,
    worst_days,
)
from battery.settlement import settle
from market.intervals import day_bounds, day_intervals
from market.markets import Market
from prices.daily_figures import day_figures
from tests.battery.settled_days import BATTERY, EIGHT, FIFTEEN, FIVE, HOUR, lmps, runs
from tests.conftest import utc

TUESDAY = date(2026, 7, 14)
MIDNIGHT = day_bounds(TUESDAY)[0]


def decimals(*values: str | int | None) -> TopBottom:
    return TopBottom(*(None if value is None else Decimal(value) for value in values))


def hours_of_five(*hours: tuple[int, ...]) -> dict[datetime, Decimal]:
    """Five-minute prices from midnight on: each hour's twelve are its numbers in turn."""
    prices = [hour[nth % len(hour)] for hour in hours for nth in range(12)]
    return lmps(*prices, start=MIDNIGHT, length=FIVE)


def test_tb_of_the_day_ahead_market() -> None:
    ahead = lmps(-20, 5, 60, 90, 40, 0, 30, 30, *[20] * 16, start=MIDNIGHT)
    found = spreads(TUESDAY, Market.DAM, ahead)
    # 90 - -20; 90 + 60 less -20 + 0; 90 + 60 + 40 + 30 less -20 + 0 + 5 + 20
    assert found.hourly == decimals(110, 170, 215)
    assert found.sorted_intervals == found.hourly  # an interval is an hour
    assert found.whole


def test_tb_of_five_minutes_is_by_whole_hours_or_by_intervals() -> None:
    # Two steady hours, and two that swing between 0 and 100.
    found = spreads(TUESDAY, Market.RTM, hours_of_five((40,), (60,), (0, 100), (0, 100)))
    assert found.hourly == decimals(20, 20, None)  # means 40, 60, 50, 50
    # The 12 dearest are 100, the 12 cheapest 0; of 24 each, 12 are 60 and 12 are 40.
    assert found.sorted_intervals == decimals(100, 120, None)
    assert not found.whole


def test_tb4_of_five_minutes_is_48_intervals_against_48() -> None:
    rising = dict(zip(day_intervals(TUESDAY, Market.RTM), map(Decimal, range(288)), strict=True))
    found = spreads(TUESDAY, Market.RTM, rising)
    mean_of_top, mean_of_bottom = Decimal("263.5"), Decimal("23.5")  # of 240..287, of 0..47
    assert found.sorted_intervals.tb4 == (mean_of_top - mean_of_bottom) * 4
    shuffled = list(rising.values())
    Random(1).shuffle(shuffled)
    mixed = spreads(TUESDAY, Market.RTM, dict(zip(rising, shuffled, strict=True)))
    assert mixed.sorted_intervals == found.sorted_intervals


def test_tb_of_fifteen_minutes() -> None:
    quarters = lmps(0, 10, 20, 30, 40, 50, 60, 70, start=MIDNIGHT, length=FIFTEEN)
    found = spreads(TUESDAY, Market.RTPD, quarters)
    assert found.hourly == found.sorted_intervals == decimals(40, None, None)


def test_an_hour_that_is_not_whole_counts_in_the_sorted_intervals_alone() -> None:
    prices = hours_of_five((10,), (20,), (90,))
    del prices[max(prices)]
    found = spreads(TUESDAY, Market.RTM, prices)
    assert found.hourly == decimals(10, None, None)
    assert found.sorted_intervals.tb1 == Decimal("74.16667")  # (11 * 90 + 20) / 12 - 10


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (TUESDAY, 24), (date(2026, 11, 1), 25)]
)
def test_tb_is_that_of_the_daily_figures_on_days_of_any_length(day: date, hours: int) -> None:
    dice = Random(str(day))
    rt = {start: Decimal(dice.randint(-50, 200)) for start in day_intervals(day, Market.RTM)}
    da = {start: Decimal(dice.randint(-50, 200)) for start in day_intervals(day, Market.DAM)}
    assert len(da) == hours
    for market, prices in ((Market.DAM, da), (Market.RTM, rt)):
        found = spreads(day, market, prices)
        figures = day_figures(day, found.market, prices)
        assert figures is not None
        assert (found.hourly.tb2, found.hourly.tb4) == (figures.tb2, figures.tb4)
        assert found.whole
        assert all(
            by_hour <= by_interval  # type: ignore[operator]
            for by_hour, by_interval in zip(found.hourly, found.sorted_intervals, strict=True)
        )


def test_dollars_for_a_kw_and_month() -> None:
    # 226 $ a day for 1 MW: 226 * 30.4375 / 1000
    assert usd_per_kw_month(Decimal(226), 1, 1) == Decimal("6.87888")
    assert usd_per_kw_month(Decimal(226 * 30), 30, 1) == Decimal("6.87888")
    assert usd_per_kw_month(Decimal("365.25"), 365, 0.5) == Decimal("0.06092")
    assert per_mw(Decimal(300), 2.5) == 120


def test_cycles_count_what_left_the_store() -> None:
    ledger = settle(BATTERY, runs("0.8", -1, "0.8"), lmps(50, 10, 50), start_mwh=4)
    assert cycles(BATTERY, ledger.totals) == pytest.approx(0.5)  # 2 of 4 MWh
    narrow = replace(BATTERY, soc_min_mwh=2)
    assert cycles(narrow, ledger.totals) == pytest.approx(1)


@pytest.mark.parametrize(
    ("net", "perfect", "share"),
    [(84, 100, "0.84"), (-5, 100, "-0.05"), (0, 0, None), (-1, 0, None), (-1, -2, None)],
)
def test_the_share_of_perfect_foresight(net: int, perfect: int, share: str | None) -> None:
    found = share_of_perfect(Decimal(net), Decimal(perfect))
    assert found == (None if share is None else Decimal(share))


def test_volatility_is_the_deviation_of_changes() -> None:
    # Changes 10, -30, 20: mean 0, squares 100 + 900 + 400 over two.
    prices = lmps(10, 20, -10, 10, length=FIVE)
    assert realised_volatility(prices, Market.RTM) == Decimal("26.45751")
    assert realised_volatility(dict(reversed(prices.items())), Market.RTM) == Decimal("26.45751")


def test_volatility_does_not_step_over_a_gap() -> None:
    prices = lmps(10, 20, 10, "-", 900, 910, 900, length=FIVE)
    # 10, -10, 10, -10: squares 400 over three.
    assert realised_volatility(prices, Market.RTM) == Decimal("11.54701")
    assert realised_volatility(lmps(10, 20, "-", 30, length=FIVE), Market.RTM) is None
    assert realised_volatility({}, Market.RTM) is None


def test_the_spread_by_hour_of_the_day() -> None:
    # At 8 o'clock, day by day: 50 less 40, 40 less 40, 10 less 40; the fourth hour isn't whole.
    rt, da = {}, {}
    for nth, price in enumerate((50, 40, 10, 99)):
        start = EIGHT + nth * timedelta(days=1)
        rt |= lmps(*[price - 5, price + 5] * (6 if nth < 3 else 5), start=start, length=FIVE)
        da |= lmps(40, start=start)
    rt |= lmps(*[7] * 12, start=EIGHT + HOUR, length=FIVE)
    da |= lmps(5, 5, start=EIGHT + HOUR)
    assert spread_by_hour(rt, da) == {
        # Sorted -30, 0, 10: a fifth of the way from each end.
        8: SpreadOfHour(3, Decimal("-6.66667"), Decimal(-24), Decimal(8)),
        9: SpreadOfHour(1, Decimal(2), Decimal(2), Decimal(2)),
    }


def test_an_hour_of_the_day_is_by_the_clock_also_when_clocks_change() -> None:
    autumn = lmps(1, 3, start=utc("2026-11-01 08:00"))  # 01:00 PDT and 01:00 PST
    assert spread_by_hour(autumn, dict.fromkeys(autumn, Decimal(0)), Market.DAM) == {
        1: SpreadOfHour(2, Decimal(2), Decimal("1.2"), Decimal("2.8"))
    }
    spring = lmps(1, 3, start=utc("2026-03-08 09:00"))  # 01:00 PST and 03:00 PDT
    assert [*spread_by_hour(spring, spring, Market.DAM)] == [1, 3]


def test_negative_hours_are_hours_worth_of_intervals() -> None:
    prices = lmps(-1, 0, "-0.01", 5, -7, length=FIVE)
    assert negative_hours(prices, Market.RTM) == Decimal("0.25")
    assert negative_hours(lmps(-1, -2, 3), Market.DAM) == 2


def days_of(*results: int) -> dict[date, Decimal]:
    return {TUESDAY + nth * timedelta(days=1): Decimal(usd) for nth, usd in enumerate(results)}


def test_the_worst_twentieth_of_days() -> None:
    # 40 days: -80, -40, then 1 to 38. The 5 % point is 1.95 steps up from the lowest.
    found = worst_days(days_of(*range(1, 39), -80, -40))
    assert found == WorstDays(2, Decimal("-1.05"), Decimal(-60))
    assert found.mean_usd <= found.threshold_usd


def test_fewer_than_twenty_days_have_no_worst_twentieth() -> None:
    assert worst_days(days_of(*range(19))) is None
    assert worst_days(days_of(*range(20))) == WorstDays(1, Decimal("0.95"), Decimal(0))
