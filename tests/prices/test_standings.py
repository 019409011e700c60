"""What a poll notes about a node."""

from datetime import timedelta

import pytest

from market.intervals import day_bounds, intervals_between, operating_date
from market.markets import Market
from prices import standings
from prices.models import Node, Standing
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOW = utc("2026-07-14 15:02:30")


@pytest.fixture
def sp15() -> Node:
    return Node.objects.get(slug="sp15")


def polled(market: Market, node: Node, *, answered: bool = True) -> Standing:
    standings.note_poll(market, [node], [], answered=answered, now=NOW)
    return Standing.objects.get(node=node, market=market.value)


def test_answers_without_a_price_are_counted_until_one_comes(sp15: Node) -> None:
    assert [polled(Market.RTM, sp15).vain for _ in range(3)] == [1, 2, 3]
    assert polled(Market.RTM, sp15, answered=False).vain == 3
    store([published(NOW.replace(second=0, minute=0))], NOW)
    assert polled(Market.RTM, sp15).vain == 0


def test_an_answer_about_a_complete_day_is_not_in_vain(sp15: Node) -> None:
    hours = intervals_between(*day_bounds(operating_date(NOW)), Market.DAM)
    store([published(hour, market=Market.DAM) for hour in hours], NOW - timedelta(days=1))
    assert polled(Market.DAM, sp15).vain == 0


def test_refusals_are_counted_until_an_answer_comes(sp15: Node) -> None:
    for _ in range(3):
        standings.note_refusal(Market.RTM, [sp15], now=NOW)
    assert standings.known(Market.RTM, [sp15], now=NOW)[sp15.pk].refused == 3
    assert polled(Market.RTM, sp15).refused == 0
