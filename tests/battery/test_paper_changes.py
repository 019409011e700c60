"""What prices changed of a day's result, step by step."""

from decimal import Decimal

from battery.paper.changes import changes
from battery.paper.words import LONGEST_WHY, first_settled, restated, shortened, usd
from battery.restatement import restated as restate
from battery.settlement import DayAhead, settle
from tests.battery.settled_days import BATTERY, EIGHT, FIVE, HOUR, lmps, runs
from tests.conftest import utc

NOW = utc("2026-07-15 18:02")
JULY_14 = EIGHT.date()


def test_the_steps_end_at_the_new_result_with_cents_that_moved_elsewhere() -> None:
    three = runs("0.6", "0.6", "0.6", length=FIVE)
    old = settle(BATTERY, three, lmps("0.1", "0.1", "0.1", length=FIVE), start_mwh=4)
    found = restate(old, lmps("0.14", "0.1", "0.1", length=FIVE), now=NOW)
    assert found.rounding_usd == Decimal("-0.01")
    (one,) = changes(found, None)
    assert (one.old_net_usd, one.new_net_usd) == (found.old.net_usd, found.new.net_usd)


def test_a_day_ahead_price_is_one_step_and_real_time_comes_before_it() -> None:
    quarter = runs(1, 1, 0, 0, length=HOUR / 4)
    rt, rt_new = (lmps(50, last, 50, 50, length=HOUR / 4) for last in (50, 70))
    alone = settle(BATTERY, quarter, rt, start_mwh=4)
    awards = DayAhead({EIGHT: 1}, lmps(60))
    both = settle(BATTERY, quarter, rt, start_mwh=4, day_ahead=awards)
    found = changes(restate(alone, rt_new, now=NOW), restate(both, rt_new, lmps(80), now=NOW))
    # 1 MWh sold at 60, of which half was bought back at 50; then at 80. Wear is 5.00.
    rows = [(one.old_price, one.old_net_usd, one.new_net_usd) for one in found]
    assert rows == [
        (50, Decimal("20.00"), Decimal("25.00")),
        (60, Decimal("30.00"), Decimal("50.00")),
    ]
    assert found[1].interval_start == EIGHT


def test_nothing_changed_is_no_step() -> None:
    old = settle(BATTERY, runs(1), lmps(50), start_mwh=4)
    assert changes(restate(old, lmps(50), now=NOW), None) == []


def test_words() -> None:
    assert usd(Decimal("-1234.5")) == "−$1,234.50"
    assert first_settled("A", JULY_14, Decimal(-4), Decimal(0), 0) == (
        "“A” earned −$4.00 on paper on Jul 14"
    )
    assert first_settled("A", JULY_14, Decimal(1), Decimal(3), 2) == (
        "“A” earned $1.00 on paper on Jul 14, 33 % of perfect foresight; "
        "in 2 intervals less than advised could be run"
    )
    one_two = ("A", JULY_14, Decimal(1), Decimal(2))
    assert restated(*one_two, ["Why", "b", "c"], two_settlements=False) == (
        "“A”, Jul 14: $1.00 became $2.00 on paper. Why, and 2 more"
    )
    assert restated(*one_two, ["Why"], two_settlements=True) == (
        "“A”, Jul 14: $1.00 became $2.00 on paper in two settlements. Why"
    )
    assert len(shortened("x" * 300)) == LONGEST_WHY
    assert shortened("short") == "short"
