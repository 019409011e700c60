"""What runs have earned: cases worked by hand, and what holds for any."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battery.ledger import Ledger, Line, as_json, from_json
from battery.settlement import DayAhead, ImpossibleRun, Run, settle
from market.intervals import NaiveTime, day_bounds, day_intervals, floor, pacific
from market.markets import Market
from tests.battery.settled_days import (
    BATTERY,
    EIGHT,
    FIFTEEN,
    FIVE,
    HOUR,
    SEEDS,
    Drawn,
    drawn_days,
    lmps,
    runs,
)
from tests.conftest import utc

LOSSLESS = replace(BATTERY, charge_efficiency=1, discharge_efficiency=1, wear_usd_mwh=0)


def shown(ledger: Ledger, *columns: str) -> list[tuple[str, ...]]:
    """The lines as a table of texts, which begins with the clock in California."""
    return [
        (f"{pacific(line.interval_start):%H:%M}", *(str(getattr(line, name)) for name in columns))
        for line in ledger.lines
    ]


def test_four_cheap_hours_are_sold_in_four_dear_ones() -> None:
    ledger = settle(
        BATTERY,
        runs(*[-1] * 4, *["0.72"] * 4),
        lmps(*[10] * 4, *[50] * 4),
        start_mwh=0,
    )
    assert shown(ledger, "soc_after_mwh", "rt_usd", "wear_usd", "net_usd", "running_usd") == [
        ("08:00", "0.900000", "-10.00", "0.00", "-10.00", "-10.00"),
        ("09:00", "1.800000", "-10.00", "0.00", "-10.00", "-20.00"),
        ("10:00", "2.700000", "-10.00", "0.00", "-10.00", "-30.00"),
        ("11:00", "3.600000", "-10.00", "0.00", "-10.00", "-40.00"),
        ("12:00", "2.700000", "36.00", "7.20", "28.80", "-11.20"),
        ("13:00", "1.800000", "36.00", "7.20", "28.80", "17.60"),
        ("14:00", "0.900000", "36.00", "7.20", "28.80", "46.40"),
        ("15:00", "0.000000", "36.00", "7.20", "28.80", "75.20"),
    ]
    totals = ledger.totals
    assert (totals.hours, totals.from_grid_mwh, totals.to_grid_mwh) == (8, 4, Decimal("2.88"))
    assert (totals.rt_usd, totals.wear_usd, totals.net_usd) == (
        Decimal("104.00"),
        Decimal("28.80"),
        Decimal("75.20"),
    )
    assert ledger.excluded == ()


def test_a_line_says_what_was_run_at_which_prices() -> None:
    ledger = settle(
        BATTERY,
        runs("0.6", length=FIVE),
        lmps(40, length=FIVE),
        start_mwh=2,
        day_ahead=DayAhead({EIGHT: -1}, lmps(30)),
    )
    assert ledger.lines == (
        Line(
            interval_start=EIGHT,
            interval_end=EIGHT + FIVE,
            power_mw=Decimal("0.6"),
            soc_before_mwh=Decimal(2),
            soc_after_mwh=Decimal("1.9375"),  # 0.05 MWh delivered take 0.0625 out of the store
            da_award_mw=Decimal(-1),
            rt_price=Decimal(40),
            da_price=Decimal(30),
            rt_usd=Decimal(0),
            da_usd=Decimal("-2.50"),
            deviation_usd=Decimal("5.33"),  # 1.6 / 12 MWh
            wear_usd=Decimal("0.50"),
            net_usd=Decimal("2.33"),
            running_usd=Decimal("2.33"),
        ),
    )
    assert ledger.lines[0].energy_mwh == Decimal("0.05")
    assert round(ledger.lines[0].hours, 6) == Decimal("0.083333")


def test_charging_at_a_negative_price_is_paid_for_and_discharging_costs() -> None:
    ledger = settle(BATTERY, runs(-1, 0, "0.5"), lmps("-4.5", -100, -8), start_mwh=1)
    assert shown(ledger, "soc_after_mwh", "rt_usd", "wear_usd", "net_usd", "running_usd") == [
        ("08:00", "1.900000", "4.50", "0.00", "4.50", "4.50"),
        ("09:00", "1.900000", "0.00", "0.00", "0.00", "4.50"),
        ("10:00", "1.275000", "-4.00", "5.00", "-9.00", "-4.50"),
    ]


def test_a_deviation_from_the_award_is_settled_in_real_time_both_ways() -> None:
    ledger = settle(
        BATTERY,
        runs("-0.5", -1, "0.72", "0.72", 0),
        lmps(30, 25, 100, 100, -20),
        start_mwh=1,
        day_ahead=DayAhead(
            {EIGHT: -1, EIGHT + HOUR: -1, EIGHT + 2 * HOUR: 1, EIGHT + 3 * HOUR: "0.5"},
            lmps(20, 22, 80, 80, 40),
        ),
    )
    columns = ("da_usd", "deviation_usd", "wear_usd", "net_usd", "running_usd")
    assert shown(ledger, *columns) == [
        ("08:00", "-20.00", "15.00", "0.00", "-5.00", "-5.00"),  # bought 1, sold 0.5 back at 30
        ("09:00", "-22.00", "0.00", "0.00", "-22.00", "-27.00"),  # as awarded
        ("10:00", "80.00", "-28.00", "7.20", "44.80", "17.80"),  # sold 1, bought 0.28 back
        ("11:00", "40.00", "22.00", "7.20", "54.80", "72.60"),  # sold 0.5, and 0.22 more
        ("12:00", "0.00", "0.00", "0.00", "0.00", "72.60"),  # not awarded, not run
    ]
    assert ledger.totals.rt_usd == 0


def test_an_award_counts_in_each_interval_of_its_hour() -> None:
    ledger = settle(
        BATTERY,
        runs(*[0] * 12, length=FIVE),
        lmps(*[0] * 12, length=FIVE),
        start_mwh=1,
        day_ahead=DayAhead({EIGHT: 1}, lmps(61)),
    )
    # 61 / 12 = 5.0833..., of which the third line brings the total to 15.25.
    assert [line.da_usd for line in ledger.lines[:3]] == [
        Decimal("5.08"),
        Decimal("5.09"),
        Decimal("5.08"),
    ]
    assert ledger.totals.da_usd == 61


def test_half_cents_are_carried_and_not_lost() -> None:
    # 1 MW for five minutes at 0.06 $/MWh: half a cent, 288 times.
    prices = lmps(*["0.06"] * 288, length=FIVE)
    big = replace(LOSSLESS, energy_mwh=40, soc_max_mwh=40)
    ledger = settle(big, runs(*[1] * 288, length=FIVE), prices, start_mwh=40)
    assert ledger.totals.net_usd == Decimal("1.44")
    assert {line.net_usd for line in ledger.lines} == {Decimal("0.00"), Decimal("0.01")}


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 8), 23),
        (date(2026, 7, 14), 24),
        (date(2026, 11, 1), 25),
    ],
)
@pytest.mark.parametrize("market", Market)
def test_a_day_has_a_line_for_each_of_its_intervals(day: date, hours: int, market: Market) -> None:
    starts = day_intervals(day, market)
    begins = day_bounds(day)[0]
    ledger = settle(
        BATTERY,
        runs(*[0] * len(starts), start=begins, length=market.interval),
        dict.fromkeys(starts, Decimal(50)),
        start_mwh=1,
        day_ahead=DayAhead(
            dict.fromkeys(day_intervals(day, Market.DAM), 1),
            lmps(*range(hours), start=begins),
        ),
    )
    assert len(ledger.lines) == hours * (HOUR // market.interval)
    assert ledger.totals.hours == hours
    assert ledger.totals.da_usd == sum(range(hours))  # each hour at a price of its own
    assert ledger.totals.deviation_usd == -50 * hours
    assert ledger.lines[-1].interval_end == day_bounds(day)[1]


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    first = utc("2026-11-01 08:00")  # 01:00 PDT
    ledger = settle(BATTERY, runs(-1, "0.72", start=first), lmps(10, 50, start=first), start_mwh=0)
    assert shown(ledger, "net_usd") == [("01:00", "-10.00"), ("01:00", "28.80")]


def test_intervals_of_5_15_and_60_minutes_are_settled_together() -> None:
    ledger = settle(
        LOSSLESS,
        [
            *runs(-1, length=HOUR),
            *runs(-1, 1, start=EIGHT + HOUR, length=FIFTEEN),
            *runs(1, 1, start=EIGHT + HOUR + 2 * FIFTEEN, length=FIVE),
        ],
        lmps(12)
        | lmps(12, 24, start=EIGHT + HOUR, length=FIFTEEN)
        | lmps(36, 48, start=EIGHT + HOUR + 2 * FIFTEEN, length=FIVE),
        start_mwh=0,
    )
    assert shown(ledger, "soc_after_mwh", "net_usd") == [
        ("08:00", "1.000000", "-12.00"),
        ("09:00", "1.250000", "-3.00"),
        ("09:15", "1.000000", "6.00"),
        ("09:30", "0.916667", "3.00"),
        ("09:35", "0.833333", "4.00"),
    ]


def test_an_interval_without_its_price_is_left_out_and_named_but_moves_the_charge() -> None:
    ledger = settle(BATTERY, runs(-1, -1, "0.72"), lmps(10, "-", 50), start_mwh=0)
    assert shown(ledger, "soc_before_mwh", "net_usd") == [
        ("08:00", "0.000000", "-10.00"),
        ("10:00", "1.800000", "28.80"),
    ]
    (gap,) = ledger.excluded
    assert (gap.interval_start, gap.power_mw) == (EIGHT + HOUR, -1)
    assert gap.why == "No real-time price is held."
    assert ledger.totals.hours == 2
    assert ledger.totals.from_grid_mwh == 1


@pytest.mark.parametrize(
    ("rt", "da", "why"),
    [
        ("-", 40, "No real-time price is held."),
        (40, "-", "No day-ahead price is held."),
        ("-", "-", "Neither a real-time nor a day-ahead price is held."),
    ],
)
def test_a_two_settlement_needs_both_prices_whatever_was_awarded(
    rt: int | str, da: int | str, why: str
) -> None:
    ledger = settle(BATTERY, runs(1), lmps(rt), start_mwh=2, day_ahead=DayAhead({}, lmps(da)))
    assert ledger.lines == ()
    assert [one.why for one in ledger.excluded] == [why]


def test_nothing_run_has_earned_nothing() -> None:
    ledger = settle(BATTERY, [], lmps(10), start_mwh=0)
    assert (ledger.lines, ledger.excluded, ledger.totals.net_usd) == ((), (), 0)


@pytest.mark.parametrize(
    ("powers", "start_mwh", "text"),
    [
        (
            [-1, -1, 1],
            "2.5",
            "Jul 14 09:00 PDT: the state of charge would be 4.300000 MWh, outside of 0 to 4 MWh.",
        ),
        (
            [0, "0.5"],
            "0.5",
            "Jul 14 09:00 PDT: the state of charge would be -0.125000 MWh, outside of 0 to 4 MWh.",
        ),
        (["1.1"], 4, "Jul 14 08:00 PDT: 1.1 MW is more than the 1 MW it can discharge at."),
        (["-1.1"], 0, "Jul 14 08:00 PDT: 1.1 MW is more than the 1 MW it can charge at."),
    ],
)
def test_what_the_battery_cannot_have_run_is_refused_by_interval(
    powers: list[str], start_mwh: str, text: str
) -> None:
    with pytest.raises(ImpossibleRun) as refused:
        settle(BATTERY, runs(*powers), lmps(10, 10, 10), start_mwh=Decimal(start_mwh))
    assert str(refused.value) == text


def test_what_a_solver_leaves_over_is_no_violation() -> None:
    within = BATTERY.energy_mwh * 0.9e-5
    full = settle(LOSSLESS, runs(-1 - 0.9e-5), lmps(10), start_mwh=3)
    assert full.lines[0].soc_after_mwh == Decimal("4.000009")
    with pytest.raises(ImpossibleRun):
        settle(LOSSLESS, runs(-1), lmps(10), start_mwh=3 + within * 1.2)
    with pytest.raises(ImpossibleRun):
        settle(LOSSLESS, runs(-1 - 1.1e-5), lmps(10), start_mwh=0)


@pytest.mark.parametrize(
    ("some", "text"),
    [
        ([*runs(0), *runs(0, start=EIGHT + FIVE)], "08:05 PDT: the interval before it hasn't"),
        ([*runs(0), *runs(0)], "08:00 PDT: the interval before it hasn't ended yet."),
        (runs(0, length=timedelta()), "08:00 PDT: the interval ends before it has begun."),
        (runs(0, start=EIGHT + FIVE), "08:05 PDT: the interval reaches into the next hour."),
    ],
)
def test_intervals_that_do_not_fit_each_other_or_an_hour_are_refused(
    some: list[Run], text: str
) -> None:
    with pytest.raises(ImpossibleRun) as refused:
        settle(BATTERY, some, lmps(10), start_mwh=1, day_ahead=DayAhead({}, lmps(10)))
    assert text in str(refused.value)


def test_real_time_alone_asks_for_no_clock_hours() -> None:
    start = EIGHT + FIVE
    ledger = settle(BATTERY, runs(1, start=start), lmps(50, start=start), start_mwh=2)
    assert shown(ledger, "net_usd") == [("08:05", "40.00")]


def test_an_hour_is_not_settled_at_the_price_of_its_first_five_minutes() -> None:
    with pytest.raises(ImpossibleRun, match="more than one real-time price"):
        settle(BATTERY, runs(0), lmps(10, 11, length=FIVE), start_mwh=1)


def test_an_interval_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 7, 14, 8)  # noqa: DTZ001
    with pytest.raises(NaiveTime):
        settle(BATTERY, [Run(naive, naive + HOUR, 0)], {}, start_mwh=1)


LEDGERS = st.one_of(drawn_days().map(Drawn.alone), drawn_days().map(Drawn.both))


@settings(max_examples=60)
@given(LEDGERS)
def test_lines_add_up_to_the_cent(ledger: Ledger) -> None:
    lines, totals = ledger.lines, ledger.totals
    for name in ("rt_usd", "da_usd", "deviation_usd", "wear_usd", "net_usd"):
        assert sum(getattr(line, name) for line in lines) == getattr(totals, name)
        assert all(getattr(line, name).as_tuple().exponent == -2 for line in lines)
    nets = [line.rt_usd + line.da_usd + line.deviation_usd - line.wear_usd for line in lines]
    assert nets == [line.net_usd for line in lines]
    assert [*accumulate(nets)] == [line.running_usd for line in lines]


def exactly_rt(line: Line) -> Fraction:
    return Fraction(line.power_mw) * line.part_of_hour * Fraction(line.rt_price)


def exactly_wear(line: Line) -> Fraction:
    return max(Fraction(line.power_mw), Fraction()) * line.part_of_hour * 10


@pytest.mark.parametrize(("name", "exactly"), [("rt_usd", exactly_rt), ("wear_usd", exactly_wear)])
@settings(max_examples=60)
@given(day=drawn_days())
def test_every_running_total_is_within_half_a_cent(
    name: str, exactly: Callable[[Line], Fraction], day: Drawn
) -> None:
    total, exact = Fraction(), Fraction()
    for line in day.alone().lines:
        total += Fraction(getattr(line, name))
        exact += exactly(line)
        assert abs(total - exact) <= Fraction(1, 200)


@settings(max_examples=60)
@given(drawn_days(gaps=False))
def test_no_awards_are_the_same_as_real_time_alone(day: Drawn) -> None:
    alone, both = day.alone(), day.both({})
    assert both.totals.da_usd == 0
    assert [
        (one.interval_start, one.rt_usd, one.wear_usd, one.net_usd, one.running_usd)
        for one in alone.lines
    ] == [
        (one.interval_start, one.deviation_usd, one.wear_usd, one.net_usd, one.running_usd)
        for one in both.lines
    ]


@settings(max_examples=60)
@given(drawn_days(lengths=[HOUR]))
def test_a_run_that_follows_its_award_is_settled_day_ahead(day: Drawn) -> None:
    ledger = day.both({run.interval_start: run.power_mw for run in day.runs})
    assert all(line.deviation_usd == 0 for line in ledger.lines)
    revenue = sum(
        (Fraction(line.power_mw) * Fraction(line.da_price or 0) for line in ledger.lines),
        Fraction(),
    )
    assert ledger.totals.da_usd == Decimal(round(revenue * 100)).scaleb(-2)


@settings(max_examples=60)
@given(drawn_days(), SEEDS)
def test_the_order_of_runs_and_prices_does_not_matter(day: Drawn, seed: int) -> None:
    order = Random(seed)
    some, prices = day.runs[:], list(day.rt.items())
    order.shuffle(some)
    order.shuffle(prices)
    assert day._replace(runs=some, rt=dict(prices)).both() == day.both()


@settings(max_examples=60)
@given(LEDGERS)
def test_a_stored_ledger_is_read_back_as_it_was(ledger: Ledger) -> None:
    assert from_json(json.loads(json.dumps(as_json(ledger)))) == ledger


@settings(max_examples=60)
@given(drawn_days())
def test_every_interval_is_settled_or_named_and_its_charge_follows(day: Drawn) -> None:
    ledger = day.both()
    steps = sorted((*ledger.lines, *ledger.excluded), key=lambda step: step.interval_start)
    assert [step.interval_start for step in steps] == [run.interval_start for run in day.runs]
    held = [
        step.interval_start in day.rt and floor(step.interval_start, Market.DAM) in day.da
        for step in steps
    ]
    assert held == [isinstance(step, Line) for step in steps]
    assert all(one.soc_after_mwh == other.soc_before_mwh for one, other in pairwise(steps))
