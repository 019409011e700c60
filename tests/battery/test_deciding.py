"""What is decided follows from the numbers that are said, and the numbers from what is known."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battery.advice.deciding import (
    Decided,
    Known,
    decide,
    expected,
    is_stale,
    newest_price,
    pays_from,
    table_of,
    worth_around,
)
from battery.advice.plan import SMALLEST_MW, action_of
from battery.asset import Asset
from battery.history import History
from battery.outlook import learned_before, without_gaps
from battery.policy import DEFAULT, Limits, best_soc
from market.intervals import day_bounds, pacific
from market.markets import Market
from tests.battery.days import asset
from tests.battery.past import past

FIRST, LAST = date(2026, 2, 1), date(2026, 3, 10)
SPRING = date(2026, 3, 8)  # 23 hours
HISTORIES = {market: past(FIRST, LAST, market=market) for market in (Market.RTM, Market.RTPD)}
RESIDUALS = {
    market: learned_before(history, history.day(date(2026, 3, 1)).start, DEFAULT)
    for market, history in HISTORIES.items()
}
NOON = day_bounds(date(2026, 3, 5))[0] + timedelta(hours=12)


def known(
    moment: datetime = NOON, market: Market = Market.RTM, own: float | None = None, **changed: Any
) -> Known:
    """What is known before an interval that starts then; its own price only if it is given."""
    history = HISTORIES[market]
    interval = history.interval_of(moment)
    rt = history.rt.copy()
    rt[interval:] = np.nan
    if own is not None:
        rt[interval] = own
    values: dict[str, Any] = {
        "history": history._replace(rt=rt),
        "interval": interval,
        "residuals": RESIDUALS[market],
        "parameters": DEFAULT,
        "day_ahead_until": day_bounds(pacific(moment).date())[1],
        "soc_mwh": 2.0,
        "left_usd_mwh": None,
        "end_mwh": None,
    }
    return Known(**values | changed)


def decided(
    of: Known, battery: Asset | None = None, most: tuple[float, float] | None = None
) -> Decided:
    battery = battery or asset()
    table = table_of(of, now=of.history.moment(of.interval))
    into, out = most or (battery.power_in_mw, battery.power_out_mw)
    steps = len(table.hours)
    return decide(battery, of, table, Limits(np.full(steps, into), np.full(steps, out)))


@given(
    st.floats(-150, 300),
    st.floats(0, 1),
    st.sampled_from([0.0, 0.0003, 0.2, 1.0, 5.0]),
    st.sampled_from([0.0, 0.0003, 0.25, 1.0, 3.0]),
    st.sampled_from([(1.0, 1.0), (0.25, 1.0), (5.0, 0.5)]),
    st.sampled_from([0.0, 10.0, 35.0]),
    st.sampled_from([0.86, 1.0, 0.6]),
    st.sampled_from([Market.RTM, Market.RTPD]),
    st.sampled_from([None, 0.5, 3.9]),
)
@settings(max_examples=150)
def test_what_is_done_follows_from_the_numbers_that_are_said(
    own: float,
    share: float,
    into: float,
    out: float,
    powers: tuple[float, float],
    wear: float,
    round_trip: float,
    market: Market,
    end_mwh: float | None,
) -> None:
    battery = replace(
        asset(),
        power_in_mw=powers[0],
        power_out_mw=powers[1],
        wear_usd_mwh=wear,
        charge_efficiency=round_trip**0.5,
        discharge_efficiency=round_trip**0.5,
        soc_min_mwh=0.4,
    )
    soc = battery.soc_min_mwh + share * battery.usable_mwh
    most = (min(into, powers[0]), min(out, powers[1]))
    found = decided(known(market=market, own=own, soc_mwh=soc, end_mwh=end_mwh), battery, most)
    seen = found.seen
    assert -most[0] - SMALLEST_MW <= found.power_mw <= most[1] + SMALLEST_MW
    if seen.action == "charge":
        assert found.power_mw < 0
        assert seen.pays_up_to is not None
        assert seen.price <= seen.pays_up_to
    elif seen.action == "discharge":
        assert found.power_mw > 0
        assert seen.pays_from is not None
        assert seen.price >= seen.pays_from
        assert seen.worth is not None
        assert seen.brings >= seen.worth
    else:
        assert found.power_mw == 0
        assert seen.pays_up_to is None or seen.price >= seen.pays_up_to
        assert seen.pays_from is None or seen.price <= seen.pays_from
    assert len(found.reason) <= 300
    assert "1,000,000" not in found.reason


@given(
    st.lists(st.integers(-60, 120), min_size=40, max_size=40),
    st.integers(0, 40),
    st.sampled_from([0.0, 1e-6, 3e-5, 0.3, 0.7, 0.999, 0.9999]),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([-0.5, 0.5]),
    st.booleans(),
)
@settings(max_examples=400)
def test_the_worths_that_are_said_are_those_that_the_price_is_compared_with(
    slopes: list[int], level: int, part: float, beside: int, off: float, sold: bool
) -> None:
    """To the last part of a level, of which there are 40 here: the slope changes there.

    The price is one that a slope near by is about to make worth paying, or to be worth selling at.
    """
    battery, five = asset(), 1 / 12
    falling = np.sort(np.array(slopes, dtype=float))[::-1]
    soc = min(level / 10 + part / 10, 4.0)
    near = falling[min(max(level + beside, 0), 39)] + off
    price = near / battery.discharge_efficiency + 10 if sold else near * battery.charge_efficiency
    after = best_soc(battery, falling, price=price, soc_mwh=soc, hours=five)
    action = action_of(battery.power_of(after - soc, five))
    below, above = worth_around(battery, falling, soc, five)
    most, least = above * battery.charge_efficiency, pays_from(battery, below)
    if action == "charge":
        assert price <= most
    elif action == "discharge":
        assert price >= least
    else:
        assert price >= most or battery.soc_max_mwh - soc < 1e-4
        assert price <= least or soc < 1e-4


def test_the_plan_obeys_the_window_and_the_limits() -> None:
    found = decided(known(), most=(0.5, 0.75))
    assert all(-0.5 - 1e-9 <= step.power_mw <= 0.75 + 1e-9 for step in found.plan)
    assert all(0 <= step.soc_mwh <= 4 for step in found.plan)


def test_a_price_published_ahead_is_the_one_decided_with() -> None:
    for market in (Market.RTM, Market.RTPD):
        ahead = expected(given := known(market=market, own=-7.5), table_of(given, now=NOON))
        assert (ahead.price, ahead.published) == (-7.5, True)
        guessed = expected(given := known(market=market), table_of(given, now=NOON))
        assert not guessed.published


@pytest.mark.parametrize(
    ("most", "soc", "sentence"),
    [
        ((0.0, 1.0), 2.0, "the grid allows no charging, and discharging pays from "),
        ((1.0, 0.0), 2.0, "the grid allows no discharging, and charging pays up to "),
        ((0.0, 0.0), 2.0, "the grid allows no charging, and the grid allows no discharging"),
        ((1.0, 0.0), 4.0, "the battery is full, and the grid allows no discharging"),
        ((1.0, 1.0), 3.99999, "the battery is full, and discharging pays from "),
        ((1.0, 1.0), 0.00001, "the battery is empty, and charging pays up to "),
    ],
)
def test_who_can_not_is_said_why(most: tuple[float, float], soc: float, sentence: str) -> None:
    own = 70.0 if soc < 1 else 20.0 if soc > 3 and most[1] else 45.0
    found = decided(known(own=own, soc_mwh=soc), most=most)
    assert found.seen.action == "hold"
    assert sentence in found.reason


def test_a_battery_that_must_end_charged_says_so_where_time_runs_out() -> None:
    slow = replace(asset(), power_in_mw=0.05)
    found = decided(known(own=90.0, soc_mwh=0.5, end_mwh=4.0), slow)
    assert (found.seen.action, found.seen.worth) == ("charge", None)
    assert found.reason.startswith(
        "Charging at 90: there is just time enough to end as charged as it must"
    )


def test_what_is_needed_at_the_end_is_not_sold() -> None:
    slow = replace(asset(), power_in_mw=0.05)
    found = decided(known(own=900.0, soc_mwh=2.5, end_mwh=4.0), slow, most=(0.0, 1.0))
    assert found.seen.action == "hold"
    assert "the grid allows no charging, and what is stored is needed at the end" in found.reason


def test_given_values_of_what_is_left_are_kept_to() -> None:
    ends = [decided(known(left_usd_mwh=usd)).plan[-1].soc_mwh for usd in (0.0, 500.0)]
    assert ends == pytest.approx([0.0, 4.0], abs=0.01)


@pytest.mark.parametrize("hour", range(0, 30, 3))
def test_the_day_with_23_hours_is_decided_in_from_midnight_to_midnight(hour: int) -> None:
    moment = day_bounds(SPRING)[0] + timedelta(hours=hour - 3)
    plan = decided(known(moment)).plan
    starts = [step.start for step in plan]
    ends = [step.start + round(step.hours * 3600) for step in plan]
    assert starts[0] == moment.timestamp()
    assert starts[1:] == ends[:-1]


def test_prices_of_a_day_without_day_ahead_are_seen_beside_the_day_before() -> None:
    """Otherwise the last price would be one of hours ago, or none."""
    of = known()
    day_ahead = of.history.day_ahead.copy()
    day_ahead[of.history.hour_of(NOON) - 6 :] = np.nan
    history: History = without_gaps(of.history._replace(day_ahead=day_ahead), NOON)
    newest = newest_price(history, of.interval)
    assert newest is not None
    last, place = newest
    assert place == of.interval - 1
    assert last.lmp == of.history.rt[of.interval - 1]
    assert last.day_ahead == of.history.day_ahead[of.history.hour_of(NOON) - 25]


@pytest.mark.parametrize(
    ("market", "back", "stale"),
    [
        (Market.RTM, 3, False),
        (Market.RTM, 4, True),
        (Market.RTPD, 2, False),
        (Market.RTPD, 3, True),
    ],
)
def test_a_price_is_too_old_after_a_quarter_of_an_hour_or_two_intervals(
    market: Market, back: int, stale: bool
) -> None:
    assert is_stale(HISTORIES[market], 1000, 1000 - back) is stale
