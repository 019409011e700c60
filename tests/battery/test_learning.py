"""What is learned of prices: once a day, for places where batteries are, and kept for a while."""

from datetime import date, timedelta

import numpy as np
import pytest

from battery.advice.learning import TOO_LITTLE_FOR, from_json, keep_up, residuals_of
from battery.held_history import read
from battery.models import Battery, Learned
from battery.outlook import learned_before
from battery.policy import DEFAULT, Parameters
from battery.quantiles import Residuals
from market.intervals import day_bounds, intervals_between
from market.markets import Market
from prices.models import Node
from tests.battery import advised
from tests.published import published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY = date(2026, 7, 20)
A_DAY = timedelta(days=1)
NOON = day_bounds(DAY)[0] + timedelta(hours=12)


@pytest.fixture
def node() -> Node:
    return Battery.objects.get().node


def hold(first: date, days: int) -> None:
    """Days on which real-time prices of an hour lie 0, 5, 10 and 15 $ above day-ahead."""
    start, end = day_bounds(first)[0], day_bounds(first + (days - 1) * A_DAY)[1]
    hours = list(intervals_between(start, end, Market.DAM))
    prices = [published(hour, "40", Market.DAM) for hour in hours]
    for hour in hours:
        quarters = intervals_between(hour, hour + timedelta(hours=1), Market.RTPD)
        prices += [
            published(quarter, str(40 + 5 * nth), Market.RTPD)
            for nth, quarter in enumerate(quarters)
        ]
    store(prices, start)


def test_enough_days_are_learned_from(node: Node) -> None:
    hold(DAY - 16 * A_DAY, 16)
    residuals, row = residuals_of(node, Market.RTPD, now=NOON)
    assert row.is_enough
    assert (row.date, row.first_day) == (DAY, DAY - DEFAULT.learned_days * A_DAY)
    assert residuals.middles.min() == 0
    assert residuals.middles.max() == 15
    assert residuals.interval.sum(axis=1) == pytest.approx(np.ones(DEFAULT.states))


def test_too_few_days_are_no_difference_and_are_learned_again_within_the_hour(node: Node) -> None:
    hold(DAY - 3 * A_DAY, 3)
    residuals, row = residuals_of(node, Market.RTPD, now=NOON)
    assert not row.is_enough
    assert not residuals.middles.any()
    hold(DAY - 16 * A_DAY, 13)
    soon = NOON + TOO_LITTLE_FOR - timedelta(seconds=1)
    assert not residuals_of(node, Market.RTPD, now=soon)[1].is_enough
    assert residuals_of(node, Market.RTPD, now=NOON + TOO_LITTLE_FOR)[1].is_enough
    assert Learned.objects.count() == 1


@pytest.mark.parametrize(("days", "again"), [(1, False), (2, False), (3, True)])
def test_what_was_learned_is_used_for_three_days(node: Node, days: int, again: bool) -> None:
    hold(DAY - 16 * A_DAY, 16)
    residuals_of(node, Market.RTPD, now=NOON)
    _, row = residuals_of(node, Market.RTPD, now=NOON + days * A_DAY)
    assert (row.date == DAY + days * A_DAY) is again


def test_what_was_learned_with_other_parameters_is_learned_anew(node: Node) -> None:
    hold(DAY - 16 * A_DAY, 16)
    residuals_of(node, Market.RTPD, now=NOON)
    Learned.objects.update(parameters=Parameters(states=3)._asdict())
    residuals, _ = residuals_of(node, Market.RTPD, now=NOON)
    assert residuals.states == DEFAULT.states


def test_what_is_learned_later_is_not_looked_at_before(node: Node) -> None:
    """A clock that is set back."""
    hold(DAY - 16 * A_DAY, 16)
    residuals_of(node, Market.RTPD, now=NOON + A_DAY)
    assert residuals_of(node, Market.RTPD, now=NOON)[1].date == DAY


def test_it_is_kept_up_once_for_all_batteries_at_a_place(node: Node) -> None:
    advised.battery(name="Another")
    advised.battery(name="By quarters", market="RTPD")
    advised.battery(name="Elsewhere", slug="np15", active=False)
    keep_up(now=NOON)
    assert sorted(Learned.objects.values_list("node__slug", "market")) == [
        ("sp15", "RTM"),
        ("sp15", "RTPD"),
    ]
    Node.objects.update(tracked=False)
    keep_up(now=NOON + A_DAY)
    assert {row.date for row in Learned.objects.all()} == {DAY}


def test_nothing_is_lost_in_the_database(node: Node) -> None:
    hold(DAY - 16 * A_DAY, 16)
    residuals, row = residuals_of(node, Market.RTPD, now=NOON)
    row.refresh_from_db()
    kept, learned = from_json(row.residuals), learned_of(node)
    assert kept.intervals_seen == residuals.intervals_seen == 16 * 96 - 2 * 4
    for name in ("bounds", "middles", "interval", "hour"):
        assert getattr(kept, name) == pytest.approx(getattr(learned, name), abs=1e-5)


def learned_of(node: Node) -> Residuals:
    """Before it is stored."""
    history = read(node, Market.RTPD, DAY - DEFAULT.learned_days * A_DAY, DAY)
    return learned_before(history, history.day(DAY).start, DEFAULT)
