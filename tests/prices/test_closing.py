"""Which gaps are asked for, in which ranges, and when a request was in vain."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from market.markets import Market
from oasis.errors import OasisTrouble, OurMistake, ServerTrouble
from prices import closing, gaps, polling
from prices.gap_ranges import Range
from prices.models import FetchRun, Gap, Node, Standing
from prices.schedule import oldest_kept
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = utc("2026-07-14 19:02:30")
LONG_AGO = utc("2025-05-02 07:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def sp15() -> Node:
    return Node.objects.get(slug="sp15")


def hold(hours: Iterable[int], begin: datetime = LONG_AGO) -> None:
    """Day-ahead prices of SP15, so many hours after `begin`."""
    store([published(begin + hour * HOUR, market=Market.DAM) for hour in hours], NOW)


def oldest(node: Node, hours: int) -> Range | None:
    """The oldest range to ask for, in hours."""
    where = closing.watched(Market.DAM, now=NOW)[node.pk]._replace(end=LONG_AGO + hours * HOUR)
    standing = Standing.objects.filter(node=node, market=Market.DAM.value).first()
    return closing.oldest_range(node, Market.DAM, where, standing, now=NOW)


def note(node: Node, start: datetime, end: datetime, now: datetime = NOW) -> None:
    gaps.note_asked([node], Market.DAM, start, end, delay=None, now=now)


def test_a_gap_of_last_year_is_asked_for_as_its_own_range(sp15: Node) -> None:
    hold([0, 1, 2, 5, 6, 7, 8, 9])
    assert oldest(sp15, 10) == (LONG_AGO + 3 * HOUR, LONG_AGO + 5 * HOUR)


def test_gaps_in_older_prices_from_a_backfill_are_found_too(sp15: Node) -> None:
    hold(range(10, 14))
    assert oldest(sp15, 14) is None
    hold([2])
    assert oldest(sp15, 14) == (LONG_AGO + 3 * HOUR, LONG_AGO + 10 * HOUR)


def test_gaps_count_from_the_first_price_that_oasis_still_keeps(sp15: Node) -> None:
    first = oldest_kept(now=NOW)
    hold([0, 5], first - HOUR)
    assert closing.watched(Market.DAM, now=NOW) == {sp15.pk: (first + 4 * HOUR, first + 4 * HOUR)}


def test_what_polls_still_ask_for_is_no_gap(sp15: Node) -> None:
    held = NOW - timedelta(minutes=NOW.minute, seconds=NOW.second)
    store([published(held - hours * HOUR) for hours in (5, 0)], NOW)
    assert closing.watched(Market.RTM, now=NOW)[sp15.pk] == (held - 5 * HOUR, held - 2 * HOUR)


def test_a_tick_that_finds_no_gap_asks_the_database_as_often_for_three_nodes_as_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hold(range(4))
    closing.close_oldest_gap(now=NOW)
    with CaptureQueriesContext(connection) as for_one:
        closing.close_oldest_gap(now=NOW)
    for node in Node.objects.exclude(slug="sp15"):
        store([published(LONG_AGO, market=Market.DAM, node=node.oasis_name)], NOW)
    closing.close_oldest_gap(now=NOW)
    with django_assert_num_queries(len(for_one)):
        closing.close_oldest_gap(now=NOW)


def test_intervals_that_were_given_up_are_not_looked_through_again(sp15: Node) -> None:
    hold([0, 1, 3])
    note(sp15, LONG_AGO, LONG_AGO + 4 * HOUR)
    Gap.objects.update(given_up_at=NOW)
    assert oldest(sp15, 4) is None
    assert Standing.objects.get(node=sp15).complete_until == LONG_AGO + 4 * HOUR


def test_there_are_no_gaps_before_what_oasis_keeps(sp15: Node) -> None:
    first = oldest_kept(now=NOW)
    note(sp15, first - 24 * HOUR, first + HOUR)
    assert [gap.interval_start for gap in Gap.objects.all()] == [first]


def test_a_resting_gap_is_not_asked_for(sp15: Node) -> None:
    for minutes in (0, 1, 9, 10):
        note(sp15, LONG_AGO, LONG_AGO + HOUR, NOW + timedelta(minutes=minutes))
    assert Gap.objects.get().asked == 2


@pytest.mark.parametrize(
    ("purpose", "fault", "asked"),
    [
        (FetchRun.GAP, None, [1]),
        (FetchRun.BACKFILL, None, [1]),
        (FetchRun.POLL, None, []),
        (FetchRun.GAP, OurMistake("refused"), [1]),
        (FetchRun.GAP, ServerTrouble("down"), [0]),
        (FetchRun.POLL, OurMistake("refused"), []),
    ],
)
def test_only_a_request_for_gaps_that_was_answered_or_refused_counts_as_in_vain(
    purpose: str,
    fault: OasisTrouble | None,
    asked: list[int],
    sp15: Node,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "ingest", Mock(side_effect=fault))
    if fault is None:
        polling.ask(Market.DAM, [sp15], LONG_AGO, LONG_AGO + HOUR, purpose, now=NOW)
    else:
        with pytest.raises(type(fault)):
            polling.ask(Market.DAM, [sp15], LONG_AGO, LONG_AGO + HOUR, purpose, now=NOW)
    assert [gap.asked for gap in Gap.objects.all()] == asked


@pytest.mark.parametrize("held", [[2], [0, 1, 2]])
def test_a_range_is_asked_for_at_the_nodes_that_lack_it_and_had_prices_before(
    held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold([0, 2])
    for slug, hours in (("np15", held), ("zp26", [0, 2])):
        name = Node.objects.get(slug=slug).oasis_name
        store(
            [published(LONG_AGO + hour * HOUR, market=Market.DAM, node=name) for hour in hours], NOW
        )
    ask = Mock()
    monkeypatch.setattr(closing, "ask", ask)
    closing.close_oldest_gap(now=NOW)
    market, nodes, start, end, _ = ask.call_args.args
    assert (market, start, end) == (Market.DAM, LONG_AGO + HOUR, LONG_AGO + 2 * HOUR)
    assert sorted(node.slug for node in nodes) == ["sp15", "zp26"]


def test_a_gap_whose_window_alone_fails_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    hold([0, 2])
    ingest = Mock(side_effect=ServerTrouble("down"))
    monkeypatch.setattr(polling, "ingest", ingest)
    for minutes in range(60):
        with suppress(ServerTrouble):
            closing.close_oldest_gap(now=NOW + timedelta(minutes=minutes))
    assert ingest.call_count == 6
    assert Gap.objects.get().asked == 0


@pytest.mark.parametrize(("outcome", "asked"), [("server_trouble", 0), ("ok", 1)])
def test_gaps_wait_while_oasis_is_in_trouble(
    outcome: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold([0, 2])
    ask = Mock()
    monkeypatch.setattr(closing, "ask", ask)
    FetchRun.objects.create(
        report="PRC_LMP",
        purpose=FetchRun.POLL,
        window_start=NOW,
        window_end=NOW,
        started_at=NOW - timedelta(seconds=5),
        duration_ms=1,
        outcome=outcome,
    )
    closing.close_oldest_gap(now=NOW)
    assert ask.call_count == asked
