"""Simple policies over the same days, and perfect foresight."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from battery.backtests import planned_days, rivals
from battery.dispatch import optimise
from battery.grid_hours import GridHours
from battery.limits import limits_of
from market.intervals import pacific
from market.markets import Market
from tests.battery.days import asset
from tests.battery.past import A_DAY, past, trial

SUMMER, AUTUMN, SPRING = date(2026, 7, 14), date(2026, 11, 1), date(2026, 3, 8)
OTHERS = {
    "day-ahead": planned_days.day_ahead_schedule,
    "yesterday": planned_days.yesterdays_shape,
    "clock": rivals.fixed_clock,
    "thresholds": lambda over: rivals.thresholds(over, last_published=False),
    "last price": lambda over: rivals.thresholds(over, last_published=True),
    "nothing": rivals.nothing,
    "perfect": rivals.perfect_foresight,
}


def around(day: date, days: int = 5, **given):
    """Some days with `day` in their middle, of a past that begins a week before them."""
    first, last = day - days // 2 * A_DAY, day + days // 2 * A_DAY
    market = given.pop("market", Market.RTPD)
    return trial(past(first - 7 * A_DAY, last, market=market), first, last, **given)


def net(over, done) -> float:
    prices, power = over.history.rt[over.intervals], np.array(done.power_mw)
    wear = over.asset.wear_usd_mwh * np.maximum(power, 0)
    return float((power * prices - wear).sum() * over.history.hours)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    ("day", "of", "market"),
    [
        (AUTUMN, asset(), Market.RTPD),
        (SPRING, asset(soc_min_mwh=0.4, soc_max_mwh=3.7, power_out_mw=0.6), Market.RTPD),
        (AUTUMN, asset(round_trip=0.7, energy_mwh=5.0, power_in_mw=2.3), Market.RTM),
    ],
)
def test_the_charge_stays_in_its_window_on_days_of_23_and_25_hours(name, day, of, market):
    over = around(day, of=of, market=market, start_mwh=1.0)
    done = OTHERS[name](over)
    assert done.intervals == over.intervals.tolist()
    soc, power = np.array([1.0, *done.soc_after_mwh]), np.array(done.power_mw)
    assert soc.min() >= of.soc_min_mwh
    assert soc.max() <= of.soc_max_mwh
    assert power.max() <= of.power_out_mw * (1 + 1e-9)
    assert power.min() >= -of.power_in_mw * (1 + 1e-9)
    ran = [of.stored_mwh(mw, over.history.hours) for mw in power]
    assert np.diff(soc) == pytest.approx(ran, abs=1e-9)


@pytest.mark.parametrize("name", OTHERS)
def test_none_earns_more_than_perfect_foresight(name):
    over = around(SUMMER, 9)
    assert net(over, OTHERS[name](over)) <= net(over, OTHERS["perfect"](over)) * (1 + 1e-6)


def test_the_day_ahead_schedule_is_the_best_for_its_own_prices():
    over = around(SUMMER, 1)
    history, of_day = over.history, over.history.day(SUMMER)
    hours = history.day_ahead[of_day.start // 4 : of_day.stop // 4]
    best = optimise(over.asset, np.tile(hours, 2), 1.0, start_mwh=0.0)
    done = planned_days.day_ahead_schedule(over)
    assert done.soc_after_mwh[3::4] == pytest.approx(best.soc_mwh[1:25])
    by_hour = np.array(done.power_mw).reshape(24, 4)
    assert np.ptp(by_hour, axis=1) == pytest.approx(np.zeros(24))  # one power for each hour


def test_a_schedule_charges_for_the_day_after():
    """The day after is taken to be like this one, so it doesn't end empty for nothing."""
    over = around(SUMMER, 1)
    shape = np.where(np.arange(24) < 12, 100.0, 10.0)
    at = over.history.day(SUMMER).start // 4
    over.history.day_ahead[at : at + 24] = shape
    assert planned_days.day_ahead_schedule(over).soc_after_mwh[-1] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("day", "lengths"), [(SUMMER, (96, 96)), (AUTUMN, (96, 100)), (SPRING, (96, 92))]
)
def test_yesterday_s_prices_come_at_today_s_clock(day, lengths):
    over = around(day)
    history = over.history
    before, today = history.day(day - A_DAY), history.day(day)
    found = planned_days.prices_of_yesterday(history, day, lag=1)
    assert (before.stop - before.start, len(found)) == lengths
    for place, interval in enumerate(range(today.start, today.stop)):
        clock = pacific(history.moment(interval))
        [same] = [
            nth
            for nth in range(before.start, before.stop)
            if (then := pacific(history.moment(nth))).hour == clock.hour
            and then.minute == clock.minute
        ]
        assert found[place] == history.rt[same]


def test_the_day_after_the_clocks_went_forward_takes_the_hour_before_the_one_that_was_not():
    history = around(SPRING + A_DAY).history
    found = planned_days.prices_of_yesterday(history, SPRING + A_DAY, lag=1)
    assert found[8:12].tolist() == found[4:8].tolist()  # 2 o'clock as 1 o'clock
    assert len(found) == 96


def test_without_the_whole_day_before_the_charge_is_held():
    over = around(SUMMER, 3, start_mwh=2.0)
    over.history.rt[over.history.day(SUMMER - A_DAY).start + 5] = np.nan
    done = planned_days.yesterdays_shape(replace(over, days=[SUMMER, SUMMER + A_DAY]))
    assert set(done.power_mw[:96]) == {0.0}
    assert set(done.power_mw[96:]) != {0.0}
    assert planned_days.prices_of_yesterday(over.history, SUMMER - 9 * A_DAY, 1) is None


def test_the_fixed_clock_charges_from_10_to_15_and_discharges_from_18_to_22():
    over = around(AUTUMN, 3)
    done = rivals.fixed_clock(over)
    for interval, power in zip(done.intervals, done.power_mw, strict=True):
        hour = pacific(over.history.moment(interval)).hour
        if power < 0:
            assert 10 <= hour < 15
        if power > 0:
            assert 18 <= hour < 22
    filled = asset().energy_mwh / asset().charge_efficiency
    assert -np.minimum(done.power_mw, 0).sum() / 4 == pytest.approx(3 * filled)


def test_thresholds_are_0_and_100_by_the_own_or_the_last_price():
    over = around(SUMMER, 1, start_mwh=2.0)
    rt = over.history.rt
    first = over.history.day(SUMMER).start
    rt[first : first + 96] = 50.0
    rt[first + 10], rt[first + 20], rt[first + 30] = -0.01, 100.01, 100.0
    own = rivals.thresholds(over, last_published=False)
    assert np.flatnonzero(own.power_mw).tolist() == [10, 20]
    assert np.sign(own.power_mw)[[10, 20]].tolist() == [-1, 1]
    last = rivals.thresholds(over, last_published=True)
    assert np.flatnonzero(last.power_mw).tolist() == [11, 21]
    later = rivals.thresholds(replace(over, lag=3), last_published=True)
    assert np.flatnonzero(later.power_mw).tolist() == [13, 23]


@pytest.mark.parametrize("name", OTHERS)
def test_what_the_grid_allows_by_the_hour_is_kept(name):
    hours = np.arange(24)
    grid = [GridHours(16, 20, 0.0, 0.25), GridHours(10, 12, 0.5, None)]
    limits = limits_of(asset(), 0 * hours, np.ones(24), hours, grid=grid)
    over = around(AUTUMN, 3, limits=limits, start_mwh=2.0)
    done = OTHERS[name](over)
    for interval, power in zip(done.intervals, done.power_mw, strict=True):
        hour = pacific(over.history.moment(interval)).hour
        assert power >= -limits.in_mw[hour] - 1e-9
        assert power <= limits.out_mw[hour] + 1e-9


def test_over_days_left_out_the_charge_is_held():
    over = around(SUMMER, 3)
    over.history.rt[over.history.day(SUMMER).start] = np.nan
    days = [SUMMER - A_DAY, SUMMER + A_DAY]
    again = trial(over.history, days[0], days[1])
    assert again.days == days
    done = rivals.perfect_foresight(again)
    assert len(done.intervals) == 2 * 96
    assert done.intervals[96] - done.intervals[95] == 97
