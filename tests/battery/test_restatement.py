"""A ledger after CAISO has changed its mind about a price."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings

from battery.ledger import Ledger, Restatement, as_json, from_json
from battery.restatement import restated
from battery.settlement import DayAhead, settle
from tests.battery.settled_days import (
    BATTERY,
    EIGHT,
    FIVE,
    HOUR,
    Drawn,
    corrected_days,
    lmps,
    runs,
)
from tests.conftest import utc

NOW = utc("2026-07-14 18:02")  # 11:02 in California
TEN_PAST = EIGHT + 2 * FIVE


def half_an_hour(*prices: float | str) -> Ledger:
    """0.6 MW from 08:00 on: 0.05 MWh every five minutes."""
    some = runs(*["0.6"] * len(prices), length=FIVE)
    return settle(BATTERY, some, lmps(*prices, length=FIVE), start_mwh=4)


def test_a_correction_restates_the_line_and_the_totals() -> None:
    #            08:00  08:05  08:10
    old = half_an_hour("50", "50", "61.20")
    new = restated(old, lmps("50", "50", "58.74", length=FIVE), now=NOW)
    assert new.restatements == (
        Restatement(
            interval_start=TEN_PAST,
            old_price=Decimal("61.20"),
            new_price=Decimal("58.74"),
            old_da_price=None,
            new_da_price=None,
            old_net_usd=Decimal("2.56"),  # 3.06 less 0.50 of wear
            new_net_usd=Decimal("2.44"),  # 2.937, which carries 0.003 on
            difference_usd=Decimal("-0.12"),
            why="CAISO corrected the price of 08:10 from 61.20 to 58.74, seen 11:02",
        ),
    )
    assert (new.old.net_usd, new.new.net_usd) == (Decimal("6.56"), Decimal("6.44"))
    assert new.rounding_usd == 0
    assert new.ledger.totals == new.new
    assert new.ledger.lines[:2] == old.lines[:2]


def test_a_cent_that_moved_elsewhere_is_owned_up_to() -> None:
    # Half a cent each: the running total is 0.005, 0.010, 0.015, rounded half to even.
    old = half_an_hour("0.1", "0.1", "0.1")
    assert [line.rt_usd for line in old.lines] == [
        Decimal("0.00"),
        Decimal("0.01"),
        Decimal("0.01"),
    ]
    new = restated(old, lmps("0.14", "0.1", "0.1", length=FIVE), now=NOW)
    # The running total is 0.007, 0.012, 0.017.
    assert [line.rt_usd for line in new.ledger.lines] == [
        Decimal("0.01"),
        Decimal("0.00"),
        Decimal("0.01"),
    ]
    (one,) = new.restatements
    assert (one.difference_usd, new.rounding_usd) == (Decimal("0.01"), Decimal("-0.01"))
    assert new.new.net_usd == new.old.net_usd


def test_a_price_that_came_late_settles_what_was_excluded() -> None:
    old = half_an_hour("50", "-", "50")
    assert [one.interval_start for one in old.excluded] == [EIGHT + FIVE]
    seen = {EIGHT + FIVE: utc("2026-07-15 01:30")}
    new = restated(old, lmps(50, "40.5", 50, length=FIVE), now=NOW, seen_at=seen)
    (one,) = new.restatements
    assert (one.old_price, one.old_net_usd) == (None, None)
    assert (one.new_net_usd, one.difference_usd) == (Decimal("1.52"), Decimal("1.52"))
    assert one.why == "The price of 08:05, 40.50, came late, seen 18:30"
    assert new.ledger.excluded == ()
    assert new.new.net_usd == Decimal("5.52")
    # The price that is settled now carries 0.005 $ on to the last line.
    assert new.ledger.lines == half_an_hour("50", "40.5", "50").lines


def test_a_price_that_is_withdrawn_takes_its_line_out() -> None:
    old = half_an_hour("50", "-4", "50")
    new = restated(old, lmps(50, "-", 50, length=FIVE), now=utc("2026-07-16 18:02"))
    (one,) = new.restatements
    assert (one.new_price, one.new_net_usd) == (None, None)
    assert (one.old_net_usd, one.difference_usd) == (Decimal("-0.70"), Decimal("0.70"))
    assert one.why == "The price of 08:05, −4.00, was withdrawn, seen Jul 16 11:02"
    assert [gap.interval_start for gap in new.ledger.excluded] == [EIGHT + FIVE]
    assert new.new.hours < new.old.hours


def test_a_corrected_hour_of_the_day_ahead_market_restates_all_its_lines() -> None:
    old = settle(
        BATTERY,
        runs("0.6", "0.6", length=FIVE),
        lmps(50, 50, length=FIVE),
        start_mwh=4,
        day_ahead=DayAhead({EIGHT: "0.6"}, lmps(60)),
    )
    new = restated(
        old,
        lmps(50, 55, length=FIVE),
        lmps("60.005"),
        now=NOW,
        da_seen_at={EIGHT: utc("2026-07-14 17:00")},
    )
    hour = "CAISO corrected the day-ahead price of 08:00 from 60.00 to 60.005, seen 10:00"
    assert [one.why for one in new.restatements] == [
        hour,
        f"CAISO corrected the price of 08:05 from 50.00 to 55.00, seen 11:02; {hour}",
    ]
    assert [(one.old_da_price, one.new_da_price) for one in new.restatements] == [
        (Decimal(60), Decimal("60.005"))
    ] * 2


def test_a_corrected_price_of_an_interval_still_without_the_other_changes_no_line() -> None:
    old = settle(BATTERY, runs(1), lmps(50), start_mwh=4, day_ahead=DayAhead({EIGHT: 1}, {}))
    new = restated(old, lmps(60), {}, now=NOW)
    assert new.restatements == ()
    assert new.ledger.excluded[0].rt_price == 60


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ("2026-11-01 08:10", "01:10 PDT"),
        ("2026-11-01 09:10", "01:10 PST"),
        ("2026-11-01 10:10", "02:10"),
    ],
)
def test_the_hour_that_comes_twice_is_told_apart(start: str, at: str) -> None:
    begins = utc(start)
    old = settle(
        BATTERY,
        runs(1, start=begins, length=FIVE),
        lmps(1, start=begins, length=FIVE),
        start_mwh=4,
    )
    new = restated(old, lmps(2, start=begins, length=FIVE), now=utc("2026-11-01 20:00"))
    assert f"the price of {at} from 1.00 to 2.00, seen 12:00" in new.restatements[0].why


def test_nothing_changed_restates_nothing() -> None:
    old = half_an_hour("50", "-", "50")
    same = restated(old, lmps("50.00", "-", 50, length=FIVE), now=NOW)
    assert same.restatements == ()
    assert same.ledger.lines == old.lines


@settings(max_examples=60)
@given(corrected_days())
def test_a_restated_ledger_is_as_if_settled_at_the_new_prices(days: tuple[Drawn, Drawn]) -> None:
    old, new = days
    found = restated(old.both(), new.rt, new.da, now=NOW)
    fresh = new.both()
    assert (found.ledger.lines, found.ledger.excluded) == (fresh.lines, fresh.excluded)
    moved = sum((one.difference_usd for one in found.restatements), Decimal())
    assert moved + found.rounding_usd == found.new.net_usd - found.old.net_usd


@settings(max_examples=60)
@given(corrected_days())
def test_restating_back_gives_the_first_ledger(days: tuple[Drawn, Drawn]) -> None:
    old, new = days
    first = old.both()
    stored = json.dumps(as_json(restated(first, new.rt, new.da, now=NOW).ledger))
    there = from_json(json.loads(stored))
    back = restated(there, old.rt, old.da, now=NOW + HOUR)
    assert (back.ledger.lines, back.ledger.excluded) == (first.lines, first.excluded)
    # The ledger keeps saying what was changed, there and back.
    assert len(back.ledger.restatements) == 2 * len(there.restatements)
    assert back.ledger.restatements[: len(there.restatements)] == there.restatements
