"""Queries and windows as OASIS takes them."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from market.intervals import NaiveTime, floor, operating_date
from market.markets import Market
from oasis.archive import ANSWER
from oasis.query import (
    PriceQuery,
    corrections_parameters,
    days_touched,
    oasis_time,
    windows,
)
from tests.conftest import utc
from tests.oasis.rendered import MOMENTS

HUBS = ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND")
START = utc("2026-11-24 08:00")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def query(
    start: datetime = START, end: datetime | None = None, market: Market = Market.RTM
) -> PriceQuery:
    """A query for one hub."""
    return PriceQuery(market, HUBS[1:2], start, end or start + HOUR)


@pytest.mark.parametrize(
    ("market", "report"),
    [("DAM", "PRC_LMP"), ("RTPD", "PRC_RTPD_LMP"), ("RTM", "PRC_INTVL_LMP")],
)
def test_one_request_asks_for_all_three_hubs(market: str, report: str) -> None:
    asked = PriceQuery(Market(market), HUBS, START, START + 24 * HOUR)
    assert asked.parameters == {
        "queryname": report,
        "market_run_id": market,
        "version": "1",
        "startdatetime": "20261124T08:00-0000",
        "enddatetime": "20261125T08:00-0000",
        "node": "TH_NP15_GEN-APND,TH_SP15_GEN-APND,TH_ZP26_GEN-APND",
    }


def test_corrections_are_asked_for_by_trade_date() -> None:
    assert corrections_parameters(START, START + DAY) == {
        "groupid": "PRC_CORR_GRP",
        "resultformat": "6",
        "version": "1",
        "startdatetime": "20261124T08:00-0000",
        "enddatetime": "20261125T08:00-0000",
    }


def test_times_are_sent_to_oasis_in_utc() -> None:
    pacific = timezone(timedelta(hours=-8))
    assert oasis_time(datetime(2026, 11, 23, 17, 5, tzinfo=pacific)) == "20261124T01:05-0000"
    with pytest.raises(NaiveTime):
        oasis_time(datetime(2026, 11, 23, 17, 5))  # noqa: DTZ001


@pytest.mark.parametrize(("count", "taken"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_query_takes_one_to_ten_nodes(count: int, taken: bool) -> None:
    nodes = tuple(f"NODE_{place}" for place in range(count))
    if taken:
        assert PriceQuery(Market.DAM, nodes, START, START + DAY).nodes == nodes
    else:
        with pytest.raises(ValueError, match=f"{count} nodes in one query"):
            PriceQuery(Market.DAM, nodes, START, START + DAY)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
def test_an_empty_window_is_refused(length: timedelta) -> None:
    with pytest.raises(ValueError, match="is empty"):
        query(START, START + length)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-24 08:00", "2026-11-24 08:05", 1),
        ("2026-11-24 08:00", "2026-11-25 08:00", 1),
        ("2026-11-24 07:55", "2026-11-25 08:00", 2),
        ("2026-11-24 08:00", "2026-11-25 08:05", 2),
        ("2026-03-08 08:00", "2026-03-09 07:00", 1),
        ("2026-11-01 07:00", "2026-11-02 08:00", 1),
        ("2026-11-01 07:00", "2026-12-01 08:00", 30),
        ("2026-11-01 07:00", "2026-12-01 08:05", 31),
    ],
)
def test_oasis_counts_the_operating_dates_a_window_touches(start: str, end: str, days: int) -> None:
    assert days_touched(utc(start), utc(end)) == days
    if days > 30:
        with pytest.raises(ValueError, match="is over 30 days"):
            query(utc(start), utc(end))
    else:
        query(utc(start), utc(end))


@pytest.mark.parametrize(
    ("market", "length", "middle"),
    [
        (Market.DAM, 24 * HOUR, 12 * HOUR),
        (Market.DAM, 23 * HOUR, 11 * HOUR),
        (Market.DAM, 2 * HOUR, HOUR),
        (Market.DAM, HOUR, None),
        (Market.RTM, HOUR, HOUR / 2),
        (Market.RTM, timedelta(minutes=15), timedelta(minutes=5)),
        (Market.RTM, timedelta(minutes=5), None),
        (Market.RTPD, timedelta(minutes=30), timedelta(minutes=15)),
    ],
)
def test_half_a_window_ends_at_the_end_of_an_interval(
    market: Market, length: timedelta, middle: timedelta | None
) -> None:
    asked = query(START, START + length, market)
    if middle is None:
        assert asked.halves() is None
    else:
        assert asked.halves() == (
            query(START, START + middle, market),
            query(START + middle, START + length, market),
        )


def test_a_single_interval_is_not_halved() -> None:
    parts, single = [query(START, START + HOUR)], []
    while parts:
        part = parts.pop()
        halves = part.halves()
        if halves:
            parts += halves
        else:
            single.append((part.start, part.end))
    steps = [START + step * timedelta(minutes=5) for step in range(13)]
    assert sorted(single) == list(pairwise(steps))


@given(MOMENTS, st.integers(1, 40_000))
@example(utc("2011-03-07 07:05"), 8352)  # 23:05 Pacific, and clocks are put forward meanwhile
@settings(max_examples=60)
def test_windows_cover_any_span_and_oasis_takes_each(moment: datetime, intervals: int) -> None:
    start = floor(moment, Market.RTM)
    end = start + intervals * Market.RTM.interval
    found = list(windows(start, end, Market.RTM, 1))
    assert found[0][0] == start
    assert found[-1][1] == end
    assert all(one[1] == next_one[0] for one, next_one in pairwise(found))
    for window in found:
        assert query(*window).end > window[0]
        assert (operating_date(window[1]) - operating_date(window[0])).days <= 30


@pytest.mark.parametrize("late", [timedelta(seconds=42), timedelta(minutes=2)])
def test_a_window_that_cuts_an_interval_is_refused(late: timedelta) -> None:
    """OASIS takes minutes: 02:45:00 to 02:45:42 would be an empty window, error 1001."""
    with pytest.raises(ValueError, match="no interval of RTM begins at"):
        query(START, START + late)


def test_an_empty_span_has_no_windows() -> None:
    assert list(windows(START, START, Market.RTM, 1)) == []


@pytest.mark.parametrize("market", list(Market))
@pytest.mark.parametrize("nodes", [1, 3, 6, 10])
def test_no_window_is_larger_than_an_archive_may_be(market: Market, nodes: int) -> None:
    year = START, START + timedelta(days=365)
    for start, end in windows(*year, market, nodes):
        bytes_of_xml = (end - start) / market.interval * nodes * 5 * 340
        assert bytes_of_xml < ANSWER.bytes_out
