"""Policies over the same past days, and what is said of them."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from battery.backtests import acting
from battery.backtests import table as backtest
from battery.backtests.acting import ACTING, FROZEN, OWN
from battery.backtests.earned import earned
from battery.backtests.table import POLICIES, left_out, run
from battery.backtests.trial import Walked
from battery.backtests.walk import walk
from battery.dispatch import optimise
from battery.settlement import Run, settle
from tests.battery.days import asset
from tests.battery.past import A_DAY, QUICK, past, trial
from tests.battery.test_rivals import AUTUMN, SPRING, SUMMER, around


class Clairvoyant:
    """Knows every price of all days, and does at full length what is best for them."""

    def __init__(self, soc_mwh: float) -> None:
        self.walked = Walked(soc_mwh)
        self.soc: dict[int, float] = {}

    def go(self, seeing, interval: int) -> None:
        if not self.soc:
            intervals, history = seeing.trial.intervals, seeing.history
            start = self.walked.soc_mwh
            best = optimise(seeing.asset, history.rt[intervals], history.hours, start_mwh=start)
            self.soc = dict(zip(intervals.tolist(), best.soc_mwh[1:].tolist(), strict=True))
        self.walked.end_with(seeing.asset, interval, self.soc[interval], seeing.history.hours)


def test_a_clairvoyant_policy_scores_100_percent(monkeypatch):
    monkeypatch.setitem(acting.WAYS, OWN, Clairvoyant)
    over = around(AUTUMN, 15, start_mwh=1.0)
    result = run(over, ["advice", "nothing"], parameters=QUICK)
    planted = result.table[0]
    assert (planted.policy, planted.acting) == ("advice", OWN)
    assert planted.share_of_perfect == pytest.approx(1, abs=1e-4)
    assert planted.net_usd == pytest.approx(result.table[-1].net_usd, rel=1e-6)
    assert (planted.low, planted.high) == pytest.approx((1, 1), abs=1e-4)


@pytest.fixture(scope="module")
def result() -> backtest.Result:
    return run(around(SUMMER, 11), parameters=QUICK)


def test_every_policy_and_way_of_acting_has_a_row(result):
    assert [(row.policy, row.acting) for row in result.table] == [
        *(("advice", way) for way in ACTING),
        ("day_ahead_rt", "as planned"),
        ("day_ahead_da", "as planned"),
        ("clock", "as planned"),
        ("yesterday", "as planned"),
        *(("thresholds", way) for way in ACTING),
        ("nothing", "as planned"),
        ("perfect", "in hindsight"),
    ]
    assert {row.days for row in result.table} == {11}


def test_rows_add_up_and_shares_are_of_perfect_foresight(result):
    perfect = result.table[-1]
    for row in result.table:
        assert row.net_usd == round(row.revenue_usd - row.wear_usd, 2)
        assert row.share_of_perfect == pytest.approx(row.net_usd / perfect.net_usd, abs=1e-4)
        assert row.low <= row.share_of_perfect <= row.high
        assert row.wear_usd == pytest.approx(
            row.cycles * asset().usable_mwh * asset().discharge_efficiency * 10, abs=0.5
        )
    assert perfect.share_of_perfect == 1
    assert result.table[-2].net_usd == 0
    assert all(row.net_usd <= perfect.net_usd for row in result.table if "_da" not in row.policy)


def test_months_and_hours_add_up_to_the_first_row_and_to_perfect_foresight(result):
    assert result.pictured == result.table[0]
    for parts in (result.by_month, result.by_hour):
        assert sum(part.net_usd for part in parts) == pytest.approx(
            result.pictured.net_usd, abs=0.2
        )
        best = sum(part.perfect_usd for part in parts)
        assert best == pytest.approx(result.table[-1].net_usd, abs=0.2)
    assert [part.name for part in result.by_month] == ["2026-07"]
    assert [part.name for part in result.by_hour] == [f"{hour:02}" for hour in range(24)]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_ledger_of_the_same_run_comes_to_the_same_cents(day):
    over = around(day, 3)
    done = walk(over, parameters=QUICK)[FROZEN]
    history = over.history
    step = history.moment(1) - history.moment(0)
    runs = [
        Run(history.moment(interval), history.moment(interval) + step, power)
        for interval, power in zip(done.intervals, done.power_mw, strict=True)
    ]
    rt = {history.moment(i): Decimal(repr(float(history.rt[i]))) for i in done.intervals}
    ledger = settle(over.asset, runs, rt, start_mwh=0.0)
    found = earned(over, done, history.rt[over.intervals])
    assert float(ledger.lines[-1].running_usd) == pytest.approx(found.net_usd.sum(), abs=0.02)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("of", [asset(), asset(soc_min_mwh=0.3, soc_max_mwh=2.9, power_in_mw=0.7)])
def test_advice_keeps_the_charge_in_its_window(day, of):
    over = around(day, 5, of=of, start_mwh=1.0)
    for done in walk(over, parameters=QUICK).values():
        soc, power = np.array([1.0, *done.soc_after_mwh]), np.array(done.power_mw)
        assert of.soc_min_mwh <= soc.min() <= soc.max() <= of.soc_max_mwh
        assert power.max() <= of.power_out_mw * (1 + 1e-9)
        assert power.min() >= -of.power_in_mw * (1 + 1e-9)
        ran = [of.stored_mwh(mw, 0.25) for mw in power]
        assert np.diff(soc) == pytest.approx(ran, abs=1e-9)
        assert len(done.intervals) == sum(
            span.stop - span.start for span in map(over.history.day, over.days)
        )


def test_a_day_that_lacks_a_price_is_in_no_policy_s_result():
    history = past(SUMMER - 12 * A_DAY, SUMMER + 2 * A_DAY)
    history.rt[history.day(SUMMER).start + 50] = np.nan
    history.day_ahead[history.day(SUMMER + A_DAY).start // 4] = np.nan
    over = trial(history, SUMMER - 2 * A_DAY, SUMMER + 2 * A_DAY)
    assert over.days == [SUMMER - 2 * A_DAY, SUMMER - A_DAY, SUMMER + 2 * A_DAY]
    left = set(range(history.day(SUMMER).start, history.day(SUMMER + A_DAY).stop))
    found = [*walk(over, parameters=QUICK).values()]
    for outcome in backtest.outcomes(over, POLICIES, QUICK, None, lambda share: None):
        found.append(outcome.walked)
    assert len(found) == 3 + 11
    for done in found:
        assert len(done.intervals) == 3 * 96
        assert not left & set(done.intervals)
    assert {row.days for row in run(over, ["clock"]).table} == {3}


def test_only_what_is_asked_for_is_run_beside_perfect_foresight():
    over = around(SUMMER, 3)
    assert [row.policy for row in run(over, ["nothing", "clock"]).table] == [
        "clock",
        "nothing",
        "perfect",
    ]


def test_where_there_was_nothing_to_earn_there_is_no_share():
    over = around(SUMMER, 3)
    over.history.rt[:] = 20.0
    row = run(over, ["clock"]).table[0]
    assert row.net_usd < 0
    assert (row.share_of_perfect, row.low, row.high) == (None, None, None)


def test_it_says_how_far_it_is():
    heard: list[float] = []
    run(around(SUMMER, 3), parameters=QUICK, told=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert len(heard) == 5


def test_days_left_out_are_stretches():
    days = [SUMMER + nth * A_DAY for nth in (1, 2, 5)]
    assert left_out(SUMMER, SUMMER + 6 * A_DAY, days) == [
        (SUMMER, SUMMER),
        (SUMMER + 3 * A_DAY, SUMMER + 4 * A_DAY),
        (SUMMER + 6 * A_DAY, SUMMER + 6 * A_DAY),
    ]
    assert left_out(SUMMER, SUMMER, [SUMMER]) == []


def test_the_same_prices_have_the_same_digest_and_any_other_price_another():
    history = past(date(2026, 7, 1), date(2026, 7, 3))
    again = past(date(2026, 7, 1), date(2026, 7, 3))
    assert history.digest == again.digest
    again.rt[-1] += 0.01
    assert history.digest != again.digest
