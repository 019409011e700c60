"""What CAISO corrected lately: old, new and when."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from market.markets import Market
from prices.models import Node
from prices.recent_corrections import Correction, recent_corrections
from tests.conftest import utc
from tests.published import NP15, load, published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
NOW = NOON + timedelta(hours=5)
A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def nodes() -> list[Node]:
    return list(Node.objects.tracked())


@pytest.mark.database
def test_each_correction_has_what_it_replaced_and_what_came_newest_first(
    nodes: list[Node],
) -> None:
    store([published(NOON, "40"), published(NOON, "30", Market.DAM, NP15)], NOON)
    store([published(NOON, "42")], NOON + HOUR)
    store([published(NOON, "45"), published(NOON, "31", Market.DAM, NP15)], NOON + 2 * HOUR)
    sp15, np15 = (node.pk for node in nodes if node.slug in ("sp15", "np15"))
    found = recent_corrections(nodes, 8, now=NOW)
    of_sp15 = Correction(sp15, Market.RTM, NOON, Decimal(42), Decimal(45), NOON + 2 * HOUR)
    assert found.total == 3
    assert sorted(found.newest[:2]) == sorted(
        [
            of_sp15,
            Correction(np15, Market.DAM, NOON, Decimal(30), Decimal(31), NOON + 2 * HOUR),
        ]
    )
    assert found.newest[2] == of_sp15._replace(
        old=Decimal(40), new=Decimal(42), seen_at=NOON + HOUR
    )


def test_only_so_many_are_listed_and_all_counted(nodes: list[Node]) -> None:
    moments = [NOON + timedelta(minutes=5 * n) for n in range(12)]
    store([published(at, "40") for at in moments], NOON)
    store([published(at, "41") for at in moments], NOON + HOUR)
    found = recent_corrections(nodes, 8, now=NOW)
    assert (found.total, len(found.newest)) == (12, 8)
    assert found.newest[0].interval_start == moments[-1]


def test_after_a_week_they_are_no_news_and_what_came_too_late_never_was(
    nodes: list[Node],
) -> None:
    store([published(NOON, "40")], NOON)
    load([published(NOON, "39")], NOON - HOUR, now=NOON + HOUR)
    assert recent_corrections(nodes, 8, now=NOW).total == 0
    store([published(NOON, "42")], NOON + HOUR)
    assert recent_corrections(nodes, 8, now=NOON + 7 * A_DAY).total == 1
    assert recent_corrections(nodes, 8, now=NOON + 7 * A_DAY + HOUR).total == 0


def test_it_takes_two_queries(
    nodes: list[Node], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store([published(NOON, "40")], NOON)
    store([published(NOON, "42")], NOON + HOUR)
    with django_assert_num_queries(2):
        recent_corrections(nodes, 8, now=NOW)
