"""A cap on cycles is met on average, by a price on wear."""

from datetime import date

import numpy as np
import pytest

from battery.backtests import planned_days, rivals
from battery.backtests.trial import Trial
from battery.backtests.walk import walk
from battery.cycle_price import (
    MOST_SAVED,
    PAID_BACK_DAYS,
    STEP_USD_MWH,
    CyclePrice,
    first_price,
    meeting,
)
from tests.battery.days import asset
from tests.battery.past import A_DAY, QUICK, past, trial

FIRST = date(2026, 2, 1)


@pytest.fixture(scope="module")
def months() -> Trial:
    """Five months, of which the first is learned from; prices rise by half in the third."""
    last = FIRST + 119 * A_DAY
    history = past(FIRST - 35 * A_DAY, last)
    dearer = history.hour_of(history.moment(0)) + 24 * 95
    history.day_ahead[dearer:] *= 1.5
    history.rt[dearer * 4 :] *= 1.5
    return trial(history, FIRST, last)


def cycles_a_day(over: Trial, done) -> float:
    delivered = np.maximum(done.power_mw, 0).sum() * over.history.hours
    return over.asset.cycles(float(delivered)) / len(over.days)


@pytest.mark.parametrize(
    "rival",
    [
        planned_days.day_ahead_schedule,
        planned_days.yesterdays_shape,
        pytest.param(rivals.perfect_foresight, marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("cap", [0.5, 1.0])
def test_over_months_the_average_meets_the_cap(months, rival, cap):
    capped = Trial(**{**vars(months), "cap": cap})
    assert cycles_a_day(months, rival(months)) > 1.3
    assert cycles_a_day(capped, rival(capped)) == pytest.approx(cap, rel=0.05)


@pytest.mark.long
def test_each_way_of_acting_meets_the_cap(months):
    capped = Trial(**{**vars(months), "cap": 0.8})
    for way, done in walk(capped, parameters=QUICK).items():
        assert cycles_a_day(capped, done) == pytest.approx(0.8, rel=0.05), way


def test_where_no_cap_binds_the_price_is_0_and_nothing_else_is_decided(months):
    few = Trial(**{**vars(months), "days": months.days[:20]})
    capped = Trial(**{**vars(few), "cap": 50.0})
    assert planned_days.start_price(capped) == CyclePrice(0.0, 50.0)
    assert planned_days.day_ahead_schedule(capped) == planned_days.day_ahead_schedule(few)
    assert rivals.perfect_foresight(capped) == rivals.perfect_foresight(few)
    short = Trial(**{**vars(months), "days": months.days[:3]})
    held = Trial(**{**vars(short), "cap": 50.0})
    assert walk(held, parameters=QUICK) == walk(short, parameters=QUICK)


def test_it_begins_at_what_would_have_met_the_cap_over_the_last_30_days(months):
    price = first_price(months.history, months.asset, FIRST + 60 * A_DAY, 0.7)
    before = [FIRST + nth * A_DAY for nth in range(30, 60)]
    priced = months.asset.with_wear(months.asset.wear_usd_mwh + price.usd_mwh)
    hindsight = Trial(**{**vars(months), "days": before, "asset": priced})
    assert price.usd_mwh > 5
    done = planned_days.day_ahead_schedule(hindsight)
    assert cycles_a_day(hindsight, done) == pytest.approx(0.7, rel=0.1)


def test_before_there_are_day_ahead_prices_it_begins_at_0(months):
    first = date.fromordinal(FIRST.toordinal() - 35)
    assert first_price(months.history, months.asset, first, 0.1).usd_mwh == 0.0


def test_a_day_beyond_the_cap_makes_the_next_dearer_and_one_below_it_cheaper():
    price = CyclePrice(50.0, 1.0)
    more, less = price.after(1.5), price.after(0.5)
    assert (more.owed, less.owed) == (0.5, -0.5)
    assert more.usd_mwh == pytest.approx(50.0 + STEP_USD_MWH * (0.5 + 0.5 / PAID_BACK_DAYS))
    assert less.usd_mwh == pytest.approx(50.0 - STEP_USD_MWH * (0.5 + 0.5 / PAID_BACK_DAYS))
    assert price.after(1.0) == price
    assert price.added_to(asset(wear_usd_mwh=8.0)).wear_usd_mwh == 58.0


def test_what_was_too_much_is_made_up_for():
    price = CyclePrice(50.0, 1.0, owed=4.0).after(1.0)
    assert price.usd_mwh == pytest.approx(50.0 + STEP_USD_MWH * 4 / PAID_BACK_DAYS)


def test_a_price_is_never_below_0_and_not_without_end_are_cycles_saved_up():
    price = CyclePrice(1.0, 1.0)
    for _ in range(40):
        price = price.after(0.0)
    assert price == CyclePrice(0.0, 1.0, -MOST_SAVED)
    assert price.after(2.0).usd_mwh > 0


def test_the_price_is_the_lowest_that_meets_the_cap():
    assert meeting(1.0, lambda usd: 2 - usd / 50, most=500) == pytest.approx(50, abs=0.5)
    assert meeting(3.0, lambda usd: 2 - usd / 50, most=500) == 0.0
    steps = meeting(1.0, lambda usd: 2.0 if usd < 70 else 0.5, most=500)
    assert steps == pytest.approx(70, abs=0.2)
    assert steps >= 70
