"""How many requests the tracked nodes need, and which are asked for next."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from market.markets import Market
from prices.budget import needed_per_minute, shortest_round, warning
from prices.gap_ranges import Range, by_state, first_joined
from prices.planner import next_group, window
from prices.polling import pace
from prices.schedule import Held, Pace
from tests.conftest import utc

NOW = utc("2026-11-24 19:05:30")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("nodes", "needed"), [(0, 0), (10, 17 / 30), (11, 34 / 30), (170, 9.63)])
def test_ten_nodes_cost_seventeen_requests_in_half_an_hour(nodes: int, needed: float) -> None:
    assert needed_per_minute(nodes) == pytest.approx(needed, abs=0.01)


def test_a_warning_comes_only_with_too_many_nodes() -> None:
    assert warning(170, 6) is None
    assert "171 tracked nodes need 10.2 requests to OASIS a minute; it allows 10.0" in str(
        warning(171, 6)
    )
    assert warning(10_000, 0) is None


def test_a_round_of_one_market_leaves_half_of_the_turns_to_the_others() -> None:
    assert shortest_round(23, 6) == timedelta(seconds=36)


def test_a_deployment_with_many_nodes_polls_more_slowly(settings: Settings) -> None:
    settings.OASIS_SECONDS_BETWEEN_REQUESTS = 6
    settings.POLL_SECONDS, settings.POLL_SECONDS_NIGHT = 20, 60
    assert pace(10) == Pace(timedelta(seconds=20), MINUTE)
    assert pace(23) == Pace(timedelta(seconds=36), MINUTE)
    assert pace(90) == Pace(timedelta(seconds=108), timedelta(seconds=108))


@given(st.integers(1, 90))
@hypothesis_settings(max_examples=30)
def test_every_node_is_asked_for_once_before_any_is_twice(nodes: int) -> None:
    held = {node: Held(newest=NOW - 7 * MINUTE) for node in range(nodes)}
    pace = Pace(shortest_round(nodes, 6), shortest_round(nodes, 6))
    asked: list[int] = []
    for turn in range(-(-nodes // 10)):
        now = NOW + turn * timedelta(seconds=6)
        group = next_group(Market.RTM, held, now=now, pace=pace)
        assert 1 <= len(group) <= 10
        asked += group
        held |= {node: held[node]._replace(last_asked=now) for node in group}
    assert sorted(asked) == list(range(nodes))


def test_a_node_that_never_had_a_price_gets_its_own_request() -> None:
    held = {1: Held(newest=NOW - 7 * MINUTE, last_asked=NOW - MINUTE), 2: Held()}
    assert next_group(Market.RTM, held, now=NOW) == [2]
    held[2] = Held(last_asked=NOW, vain=1)
    assert next_group(Market.RTM, held, now=NOW) == [1]


def test_a_silent_node_is_asked_for_if_there_is_room() -> None:
    silent = Held(newest=NOW - 100 * MINUTE, last_asked=NOW - MINUTE, vain=12)
    held = {1: silent, 2: Held(newest=NOW - 7 * MINUTE, last_asked=NOW - MINUTE)}
    assert next_group(Market.RTM, held, now=NOW) == [2, 1]
    assert next_group(Market.RTM, {1: silent}, now=NOW) == []


def test_only_ranges_close_together_are_one_request() -> None:
    hour = timedelta(hours=1)
    one, near = Range(NOW, NOW + hour), Range(NOW + 20 * hour, NOW + 21 * hour)
    far = Range(NOW + 60 * hour, NOW + 61 * hour)
    assert first_joined([one, near, far], longest=30 * 24 * hour) == Range(NOW, NOW + 21 * hour)
    assert first_joined([one, near], longest=5 * hour) == one


def test_a_range_ends_where_its_state_does() -> None:
    starts = [NOW.replace(minute=0, second=0) + number * 5 * MINUTE for number in range(4)]
    states = dict(zip(starts, ["open", "open", "given up", "open"], strict=True))
    found = by_state(starts, states.__getitem__, Market.RTM)
    assert [state for _, state in found] == ["open", "given up", "open"]
    assert found[0][0] == Range(starts[0], starts[2])


def test_a_new_node_gets_the_day_ahead_prices_of_the_last_days_too() -> None:
    since = NOW - timedelta(hours=48)
    start, _ = window(Market.DAM, [(Held(), set())], since=since, now=NOW)
    assert start == utc("2026-11-22 08:00")
    known = Held(newest=utc("2026-11-26 07:00"))
    start, _ = window(Market.DAM, [(known, set())], since=since, now=NOW)
    assert start == utc("2026-11-24 08:00")
