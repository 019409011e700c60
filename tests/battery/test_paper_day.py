"""A day on paper beside perfect foresight and the other policies."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings

from battery.ledger import Ledger
from battery.paper.day import (
    beside,
    earned,
    followed,
    part,
    parts,
    perfect,
    real_time,
)
from battery.paper.rivals import Known
from battery.paper.run import Advised, Allowed, Limits, run_as_advised
from battery.settlement import Run, settle, settled
from market.intervals import day_intervals, operating_date
from market.markets import Market
from tests.battery.settled_days import BATTERY, EIGHT, FIFTEEN, HOUR, SEEDS, lmps, runs

STARTS = day_intervals(operating_date(EIGHT), Market.RTPD)
NOTHING_KNOWN = Known(STARTS, {}, {})


def drawn(seed: int, *, lowest: int) -> tuple[Ledger, Limits, Random]:
    """Four hours of quarters, some without a price, some with less power."""
    dice = Random(seed)
    starts = [EIGHT + nth * FIFTEEN for nth in range(16)]
    limits = {
        start: Allowed(dice.choice((0.0, 0.5)), dice.choice((0.0, 0.5)))
        for start in starts
        if dice.random() < 0.2
    }
    soc, found = dice.uniform(0, 4), []
    first = soc
    for start in starts:
        most = limits.get(start, Allowed(1, 1))
        power = min(max(dice.uniform(-1, 1), -most.in_mw), most.out_mw)
        power = BATTERY.power_within(power, soc, 0.25)
        soc += BATTERY.stored_mwh(power, 0.25)
        found.append(Run(start, start + FIFTEEN, power))
    prices = {at: Decimal(dice.randint(lowest, 300)) for at in starts if dice.random() < 0.9}
    return settle(BATTERY, found, prices, start_mwh=first), limits, dice


def day_known(dice: Random, lowest: int) -> Known:
    hours = day_intervals(operating_date(EIGHT), Market.DAM)
    yesterday = [start - timedelta(days=1) for start in STARTS]
    return Known(
        STARTS,
        {hour: Decimal(dice.randint(lowest, 300)) for hour in hours},
        {start: Decimal(dice.randint(lowest, 300)) for start in yesterday},
    )


@given(SEEDS)
@settings(max_examples=60)
def test_perfect_foresight_is_above_advice_and_every_other_policy(seed: int) -> None:
    ledger, limits, dice = drawn(seed, lowest=-150)
    found = beside(BATTERY, ledger, day_known(dice, -150), limits)
    assert found.perfect_usd >= ledger.totals.net_usd
    others = {name: usd for name, usd in found.rivals.items() if name != "day_ahead_da"}
    assert others.keys() >= {"day_ahead_rt", "yesterday", "clock", "thresholds", "nothing"}
    left_no_more = all(one.end_mwh <= one.start_mwh for one in parts(BATTERY, ledger.lines))
    for name, usd in others.items():
        if name != "nothing" or left_no_more:
            assert found.perfect_usd >= usd


@given(SEEDS)
@settings(max_examples=60)
def test_what_is_left_is_worth_what_perfect_foresight_would_make_of_it(seed: int) -> None:
    """So nobody is better by leaving less, without anything being cut."""
    ledger, limits, dice = drawn(seed, lowest=0)
    for one in parts(BATTERY, ledger.lines):
        best = perfect(BATTERY, one, limits)
        powers = {line.interval_start: dice.uniform(-1, 1) for line in one.lines}
        course = followed(BATTERY, one, powers, limits)
        left = (course.end_mwh - one.end_mwh) * best.stored_usd_mwh[-1]
        most = best.revenue_usd - best.wear_usd
        assert earned(BATTERY, one, course, real_time(one)) + left <= most + 1e-6
        assert best.soc_mwh[-1] >= one.end_mwh - 1e-9


def test_a_battery_that_holds_all_day_has_earned_nothing() -> None:
    ledger = settle(BATTERY, runs(0, 0, 0), lmps(10, 50, 90), start_mwh=2)
    found = beside(BATTERY, ledger, NOTHING_KNOWN, {})
    assert ledger.totals.net_usd == found.rivals["nothing"] == 0
    # 1 MWh at 90 less 10 takes 1.25 MWh, of which 0.9 come in for 10 and 0.35 for 19.44.
    assert found.perfect_usd == Decimal("50.56")


def test_perfect_foresight_leaves_what_advice_left() -> None:
    ledger = settle(BATTERY, runs(-1, 0), lmps(50, 100), start_mwh=2)
    # Advice bought 0.9 MWh at 50: perfect foresight has to leave them too, and does no better.
    assert beside(BATTERY, ledger, NOTHING_KNOWN, {}).perfect_usd == Decimal("-50.00")


def test_drifts_are_a_new_beginning_once_they_add_up_to_a_tenth() -> None:
    soc = [Decimal(mwh) for mwh in ("2", "2.3", "2.6", "2.3", "2.2")]
    advised = [
        Advised(EIGHT + nth * HOUR, EIGHT + (nth + 1) * HOUR, Decimal(0), mwh, EIGHT + nth * HOUR)
        for nth, mwh in enumerate(soc)
    ]
    steps = run_as_advised(BATTERY, advised, {}).steps
    prices = lmps(10, 50, 90, 90, 90)
    ledger = settled(steps, prices, {}, Decimal(10), two_settlement=False)
    found = parts(BATTERY, ledger.lines)
    assert [(len(one.lines), one.start_mwh, one.end_mwh) for one in found] == [
        (2, 2.0, 2.0),
        (3, 2.6, 2.6),
    ]


def test_energy_from_intervals_without_a_price_is_nobodys() -> None:
    # 0.9 MWh come in where no price is held: more than a tenth of the 4 MWh.
    ledger = settle(BATTERY, runs(0, -1, 1), lmps(10, "-", 90), start_mwh=2)
    assert [one.start_mwh for one in parts(BATTERY, ledger.lines)] == [2.0, 2.9]


def test_a_start_outside_of_a_window_that_became_narrower_is_brought_into_it() -> None:
    ledger = settle(BATTERY, runs(0), lmps(10), start_mwh=4)
    narrow = replace(BATTERY, soc_max_mwh=3.0)
    assert part(narrow, list(ledger.lines)).start_mwh == 3.0
