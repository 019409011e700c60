"""The one way to read prices: what each reading gives, and at what cost."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from market.markets import Market
from prices import readings
from prices.models import Node
from prices.readings import Reading
from tests.conftest import utc
from tests.published import NP15, load, published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)
LATER = NOON + 2 * HOUR


@pytest.fixture
def sp15() -> Node:
    return Node.objects.get(slug="sp15")


@pytest.fixture
def an_hour(sp15: Node) -> Node:
    """Five-minute prices of 40, 41, … 51, each seen a minute into it, and two day-ahead hours."""
    hours = [published(NOON + n * HOUR, f"{30 + n}", Market.DAM) for n in range(2)]
    store(hours, NOON - HOUR)
    for number in range(12):
        start = NOON + number * FIVE
        store([published(start, f"{40 + number}")], start + timedelta(minutes=1))
    return sp15


def lmps(found: object) -> list[Decimal]:
    return [one.lmp for one in found]  # type: ignore[attr-defined]


def test_a_range_has_its_start_and_not_its_end_oldest_first(an_hour: Node) -> None:
    found = readings.between(an_hour, Market.RTM, NOON + FIVE, NOON + 3 * FIVE)
    assert lmps(found) == [41, 42]
    open_ended = readings.between(an_hour.pk, Market.RTM, NOON + 10 * FIVE)
    assert lmps(open_ended) == [50, 51]


def test_a_reading_has_what_was_published_and_when_it_was_seen(an_hour: Node) -> None:
    seen = NOON + timedelta(minutes=1)
    store([published(NOON, "38")], LATER)
    assert readings.at(an_hour, Market.RTM, NOON) == Reading(
        *(an_hour.pk, "RTM", NOON, NOON + FIVE),
        *map(Decimal, ("38", "38.5", "-1.25", "0.75", "0")),
        *(True, 2, seen, LATER),
    )
    assert readings.at(an_hour, Market.RTPD, NOON) is None


def test_the_running_interval_is_not_the_last_that_began(an_hour: Node) -> None:
    moment = NOON + HOUR + FIVE
    assert readings.running(an_hour, Market.RTM, now=moment) is None
    begun = readings.newest_begun(an_hour, Market.RTM, now=moment)
    hour = readings.running(an_hour, Market.DAM, now=moment)
    assert (begun and begun.lmp, hour and hour.lmp) == (51, 31)
    begun = readings.newest_begun(an_hour, Market.RTM, now=NOON + FIVE - timedelta(seconds=1))
    assert begun is not None
    assert begun.lmp == 40


def test_day_ahead_prices_begin_with_the_hour_of_the_start(an_hour: Node) -> None:
    assert readings.day_ahead(an_hour, NOON + 3 * FIVE) == {NOON: 30, NOON + HOUR: 31}
    assert readings.day_ahead(an_hour, NOON + 3 * FIVE, NOON + HOUR) == {NOON: 30}


def test_the_newest_starts_of_nodes_that_have_any(
    an_hour: Node, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store([published(NOON, node=NP15)], NOON)
    np15 = Node.objects.get(slug="np15")
    with django_assert_num_queries(1):
        found = readings.newest_starts(Market.RTM, Node.objects.tracked())
    assert found == {an_hour.pk: NOON + 11 * FIVE, np15.pk: NOON}


def test_what_was_replaced_is_without_what_came_late(an_hour: Node) -> None:
    store([published(NOON, "50")], LATER)
    load([published(NOON, "45")], NOON + HOUR, now=LATER)
    [was] = readings.replaced(an_hour, Market.RTM, NOON)
    assert (was.lmp, was.revision, was.superseded_at) == (40, 1, LATER)


def test_sources_and_whether_there_is_anything(sp15: Node) -> None:
    assert not readings.any_held()
    assert readings.source_but("oasis", "file") is None
    store([published(NOON)], NOON, "simulator")
    assert readings.any_held()
    assert readings.source_but("oasis", "file") == "simulator"
    assert readings.source_but("simulator") is None


@pytest.mark.parametrize("as_of", [None, LATER])
def test_a_range_is_one_query_and_is_read_as_it_is_used(
    as_of: datetime | None, an_hour: Node, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        found = readings.between(an_hour, Market.RTM, NOON, as_of=as_of)
    with django_assert_num_queries(1):
        assert next(found).lmp == 40
        assert len(list(found)) == 11
    with django_assert_num_queries(1):
        readings.newest_begun(an_hour, Market.RTM, now=NOON, as_of=as_of)
