"""Polls of the simulator, at moments that the tests choose."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from unittest.mock import Mock

import pytest
import time_machine
from pytest_django import Settings

from market.markets import Market
from oasis.errors import BadAnswer
from prices import closing, corrections, gaps, polling
from prices.models import FetchRun, Gap, Node, Price
from simulator.publication import Timetable
from simulator.server import Running
from tests.conftest import utc
from tests.published import SP15

pytestmark = [pytest.mark.long, pytest.mark.django_db]
NOON = utc("2026-07-14 19:02:30")
HUBS = 3


@pytest.fixture(autouse=True)
def nothing_missing(oasis: Running, settings: Settings) -> None:
    """Every interval appears, 30 s after it begins, and none is revised; first polls are short."""
    settings.HISTORY_HOURS = 8
    oasis.stand_in.board.timetable = Timetable(missing_rate=0, revision_rate=0)


@pytest.fixture
def one_hub() -> None:
    """SP15 alone."""
    Node.objects.exclude(slug="sp15").update(tracked=False)


def poll(market: Market, at: datetime) -> int:
    """How many new prices a poll at that moment brings."""
    with time_machine.travel(at):
        return polling.poll(market, now=at).new


def sweep(oasis: Running, at: datetime) -> None:
    """Sweep until nothing is asked for; a second a call: what was asked later began later."""
    for seconds in range(40):
        asked = len(oasis.requests)
        now = at + timedelta(seconds=seconds)
        with time_machine.travel(now):
            corrections.sweep_next(now=now)
        if len(oasis.requests) == asked:
            return
    raise AssertionError("the sweep has no end")


def starts(market: Market, slug: str = "sp15") -> list[datetime]:
    rows = Price.objects.filter(node__slug=slug, market=market.value).order_by("interval_start")
    return list(rows.values_list("interval_start", flat=True))


def test_the_first_poll_brings_48_hours_of_all_hubs_in_one_request(
    oasis: Running, settings: Settings
) -> None:
    settings.HISTORY_HOURS = 48
    assert poll(Market.RTM, NOON) == HUBS * len(starts(Market.RTM))
    assert starts(Market.RTM)[0] == utc("2026-07-12 19:05")
    assert starts(Market.RTM)[-1] == utc("2026-07-14 19:00")
    assert len(oasis.requests) == 1


def test_the_next_poll_asks_for_the_next_interval_and_again_for_the_last(
    oasis: Running,
) -> None:
    poll(Market.RTM, NOON)
    assert poll(Market.RTM, NOON + timedelta(minutes=5)) == HUBS
    assert oasis.requests[-1].query["startdatetime"] == "20260714T18:50-0000"


def test_a_correction_within_minutes_is_seen_by_the_next_poll(oasis: Running) -> None:
    poll(Market.RTM, NOON)
    newest = Price.objects.filter(node__slug="sp15").latest("interval_start").interval_start
    oasis.override(SP15, "RTM", newest, "61.50")
    poll(Market.RTM, NOON + timedelta(minutes=5))
    price = Price.objects.get(node__slug="sp15", market="RTM", interval_start=newest)
    assert (price.lmp, price.revision) == (Decimal("61.5"), 2)


def test_a_poll_that_is_not_due_makes_no_request(oasis: Running) -> None:
    poll(Market.RTM, NOON)
    assert poll(Market.RTM, NOON + timedelta(seconds=10)) == 0
    assert len(oasis.requests) == 1


def test_the_next_poll_brings_what_a_missed_one_left_out(oasis: Running) -> None:
    poll(Market.RTM, NOON)
    assert poll(Market.RTM, NOON + timedelta(hours=3)) == HUBS * 36


def test_tomorrow_is_counted_in_pacific_time(oasis: Running) -> None:
    evening = utc("2026-07-15 00:30")  # 17:30 on the 14th in California, the 15th in UTC
    poll(Market.DAM, evening)
    assert starts(Market.DAM)[-1] == utc("2026-07-16 06:00")  # the 15th's last hour
    assert oasis.requests[-1].query["enddatetime"] == "20260716T07:00-0000"


def test_day_ahead_prices_are_complete_on_the_25_hour_day(oasis: Running) -> None:
    poll(Market.DAM, utc("2026-11-01 20:00"))
    day = [s for s in starts(Market.DAM) if utc("2026-11-01 07:00") <= s < utc("2026-11-02 08:00")]
    assert len(day) == 25


def test_a_gap_is_noted_asked_for_again_later_and_given_up_at_last(oasis: Running) -> None:
    oasis.stand_in.board.timetable = Timetable(missing_rate=0.05, revision_rate=0)
    poll(Market.RTM, NOON)
    assert not Gap.objects.exists()  # a poll asks for what is new: it counts nothing as in vain
    at = NOON + timedelta(hours=1)
    with time_machine.travel(at):
        closing.close_oldest_gap(now=at)
    assert set(Gap.objects.values_list("asked", flat=True)) == {1}
    assert {gap.ask_after for gap in Gap.objects.all()} == {at + timedelta(minutes=10)}
    while Gap.objects.filter(given_up_at=None).exists() and at < NOON + timedelta(days=4):
        at += timedelta(hours=6)
        with time_machine.travel(at):
            polling.ask(
                Market.RTM,
                list(Node.objects.tracked()),
                utc("2026-07-14 11:00"),
                utc("2026-07-14 19:00"),
                FetchRun.BACKFILL,
                now=at,
            )
    assert not Gap.objects.filter(given_up_at=None).exists()
    assert "OASIS was asked 10 times" in Gap.objects.first().reason


def test_a_resting_gap_does_not_widen_the_next_poll(oasis: Running) -> None:
    oasis.stand_in.board.timetable = Timetable(missing_rate=0.01, revision_rate=0)
    poll(Market.RTM, NOON)
    poll(Market.RTM, NOON + timedelta(seconds=25))
    poll(Market.RTM, NOON + timedelta(minutes=5))
    first = oasis.requests[-1].query["startdatetime"]
    assert first >= "20260714T18:"


def test_history_beyond_the_polls_reach_is_closed_by_the_gap_task(
    oasis: Running, settings: Settings
) -> None:
    settings.HISTORY_HOURS = 48
    poll(Market.RTM, NOON - timedelta(days=6))
    poll(Market.RTM, NOON)
    sp15 = Node.objects.get(slug="sp15")
    for _ in range(9):
        with time_machine.travel(NOON):
            closing.close_oldest_gap(now=NOON)
    assert gaps.missing_between(sp15, Market.RTM, utc("2026-07-08 00:00"), NOON) == []


@pytest.mark.usefixtures("one_hub")
def test_the_sweep_fetches_yesterday_again_once_and_finds_a_revision(oasis: Running) -> None:
    poll(Market.RTM, NOON - timedelta(days=1))
    yesterday = utc("2026-07-13 19:00")
    oasis.override("TH_SP15_GEN-APND", "RTM", yesterday, "-35.5")
    sweep(oasis, NOON)
    asked = FetchRun.objects.filter(market="RTM", window_start=utc("2026-07-13 07:00"))
    price = Price.objects.get(node__slug="sp15", market="RTM", interval_start=yesterday)
    assert (price.revision, float(price.lmp)) == (2, -35.5)
    assert asked.count() == 1


@pytest.mark.usefixtures("one_hub")
def test_a_day_that_oasis_lists_as_corrected_is_fetched_again(oasis: Running) -> None:
    poll(Market.RTM, NOON - timedelta(days=3))
    oasis.stand_in.board.timetable = Timetable(missing_rate=0, revision_rate=0.02)
    day = utc("2026-07-11 07:00")  # four days before the sweep: not swept by the calendar
    sweep(oasis, NOON + timedelta(days=1))
    listed = FetchRun.objects.filter(report="PRC_CORR_GRP", window_start=day, outcome="ok")
    assert listed.count() == 1
    assert FetchRun.objects.filter(market="RTM", window_start=day).count() == 1
    assert Price.objects.filter(revision=2).exists()


def test_nodes_that_do_not_fit_one_request_are_asked_for_by_the_next_tick(
    oasis: Running,
) -> None:
    from simulator.pricing_nodes import DEFAULT_NODES

    for name in [n for n in DEFAULT_NODES if not n.startswith("TH_")][:9]:
        Node.objects.create(slug=name.lower().replace("_", "-"), oasis_name=name)
    poll(Market.DAM, NOON)
    poll(Market.DAM, NOON + timedelta(seconds=5))
    assert [len(r.query["node"].split(",")) for r in oasis.requests] == [10, 2]
    assert Price.objects.values("node").distinct().count() == 12


def test_a_backfill_of_the_same_market_does_not_delay_the_poll(oasis: Running) -> None:
    poll(Market.RTM, NOON)
    with time_machine.travel(NOON + timedelta(minutes=4, seconds=50)):
        backfill = utc("2026-05-01 07:00"), utc("2026-05-02 07:00")
        sp15 = Node.objects.get(slug="sp15")
        polling.ask(Market.RTM, [sp15], *backfill, FetchRun.BACKFILL, now=NOON)
    assert poll(Market.RTM, NOON + timedelta(minutes=5)) == HUBS


def test_the_gap_task_asks_for_whole_intervals_only(oasis: Running) -> None:
    oasis.stand_in.board.timetable = Timetable(missing_rate=0.02, revision_rate=0)
    for hours in (60, 0):
        poll(Market.RTM, NOON - timedelta(hours=hours))
        poll(Market.RTPD, NOON - timedelta(hours=hours))
    for seconds in range(0, 900, 61):
        at = NOON + timedelta(hours=1, seconds=seconds)
        with time_machine.travel(at):
            closing.close_oldest_gap(now=at)
    outcomes = set(FetchRun.objects.values_list("outcome", flat=True))
    assert outcomes <= {"ok", "no_data"}


@pytest.mark.usefixtures("one_hub")
def test_a_list_of_corrections_that_cannot_be_read_does_not_stop_the_sweep(
    oasis: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prices.ingest.corrected_rows", Mock(side_effect=BadAnswer("unreadable")))
    for market in Market:
        poll(market, NOON - timedelta(days=1))
    for minute in range(30):
        at = NOON + timedelta(minutes=minute)
        with time_machine.travel(at), suppress(BadAnswer):
            corrections.sweep_next(now=at)
    fetched = FetchRun.objects.filter(purpose="sweep", outcome="ok")
    assert set(fetched.values_list("market", flat=True)) == {"RTM", "RTPD", "DAM"}
    looked_up = FetchRun.objects.filter(report="PRC_CORR_GRP", outcome="bad_answer")
    assert looked_up.count() == looked_up.values("window_start").distinct().count() > 0


def test_polls_keep_their_pace_after_the_clock_was_set_back(oasis: Running) -> None:
    poll(Market.RTM, NOON + timedelta(hours=1))
    asked = len(oasis.requests)
    for seconds in range(0, 18, 2):
        poll(Market.RTM, NOON + timedelta(seconds=seconds))
    assert len(oasis.requests) <= asked + 1
