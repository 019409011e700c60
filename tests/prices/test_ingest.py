"""Ingest over real HTTP: prices are stored, and each failure has its outcome."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import redis
import time_machine
from django.conf import settings as django_settings
from pytest_django import Settings

from market.markets import Market
from oasis.errors import (
    BadAnswer,
    BeyondHistory,
    OasisTrouble,
    OurMistake,
    RateLimited,
    ServerTrouble,
    StillPreparing,
)
from oasis.query import PriceQuery
from oasis.turns import NoTurn, Priority
from prices.ingest import ingest
from prices.models import FeedEvent, FetchRun, Node, Price
from simulator.body_faults import BODY_FAULTS
from simulator.server import Running
from tests.conftest import utc
from tests.published import NP15, SP15

pytestmark = pytest.mark.django_db
START = utc("2026-07-14 19:00")
HOUR = PriceQuery(Market.RTM, (SP15, NP15), START, START + timedelta(hours=1))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tries without waiting between them."""
    monkeypatch.setattr("oasis.client.FIRST_PAUSE_SECONDS", 0)


@pytest.mark.database
def test_every_interval_of_the_window_is_stored_including_the_last(oasis: Running) -> None:
    ingested = ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    starts = sorted(
        Price.objects.filter(node__slug="sp15").values_list("interval_start", flat=True)
    )
    assert ingested.new == Price.objects.count() == 24
    assert starts == [START + timedelta(minutes=5 * n) for n in range(12)]


def test_a_request_leaves_its_run_and_its_archive(oasis: Running) -> None:
    ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    run = FetchRun.objects.get()
    archive = django_settings.ARCHIVE_DIR / run.archive
    assert (run.outcome, run.rows, run.new, run.status) == ("ok", 120, 24, 200)
    assert archive.stat().st_size == run.size
    assert oasis.requests[0].query["node"] == f"{SP15},{NP15}"


def test_asking_again_brings_nothing_new(oasis: Running) -> None:
    ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    again = ingest(HOUR, Priority.LAST, FetchRun.BACKFILL)
    assert (again.new, again.unchanged, again.feed_ranges) == (0, 24, [])


def test_a_price_that_is_not_published_yet_is_no_error(oasis: Running) -> None:
    oasis.clock = lambda: START - timedelta(hours=2)
    assert ingest(HOUR, Priority.FIRST, FetchRun.POLL).new == 0
    assert FetchRun.objects.get().outcome == "no_data"


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "error", "outcome"),
    [
        ("html_200", RateLimited, "rate_limited"),
        ("http_503", ServerTrouble, "server_trouble"),
        ("reset", ServerTrouble, "server_trouble"),
        ("truncated", BadAnswer, "bad_answer"),
        ("html_429", RateLimited, "rate_limited"),
        ("error_1009", ServerTrouble, "server_trouble"),
        ("error_1015", StillPreparing, "still_preparing"),
        ("error_1014", BeyondHistory, "beyond_history"),
        ("error_1005", OurMistake, "our_mistake"),
        ("empty_zip", BadAnswer, "bad_answer"),
        ("empty_body", BadAnswer, "bad_answer"),
        ("not_zip", BadAnswer, "bad_answer"),
        ("wrong_crc", BadAnswer, "bad_answer"),
        ("ratio_bomb", BadAnswer, "bad_answer"),
        ("many_members", BadAnswer, "bad_answer"),
        ("entity_bomb", BadAnswer, "bad_answer"),
        ("doctype", BadAnswer, "bad_answer"),
    ],
)
def test_each_failure_has_its_outcome_and_the_next_poll_works(
    oasis: Running, fault: str, error: type[OasisTrouble], outcome: str
) -> None:
    oasis.fault(fault, count=3)
    with pytest.raises(error):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    run = FetchRun.objects.get()
    assert (run.outcome, Price.objects.count()) == (outcome, 0)
    assert run.detail
    assert not run.archive or (django_settings.ARCHIVE_DIR / run.archive).exists()
    while len(oasis.requests) < 3:
        ingest_quietly()
    assert ingest(HOUR, Priority.FIRST, FetchRun.POLL).new == 24


def ingest_quietly() -> None:
    """Make the request that fails, and is not retried."""
    with pytest.raises(OasisTrouble):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)


def test_a_rejected_archive_is_kept_in_its_own_folder(oasis: Running) -> None:
    oasis.fault("truncated")
    with pytest.raises(BadAnswer):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert FetchRun.objects.get().archive.startswith("rejected/")


@pytest.mark.parametrize("fault", ["nan", "conflicts", "bad_sums"])
def test_the_good_rows_of_a_partly_bad_answer_are_kept(oasis: Running, fault: str) -> None:
    oasis.fault(fault)
    ingested = ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert ingested.rejected >= 1
    assert ingested.new == Price.objects.count() == 24 - ingested.rejected
    assert FetchRun.objects.get().archive.startswith("rejected/")


@pytest.mark.database
def test_an_answer_that_nearly_adds_up_is_stored_as_unverified(oasis: Running) -> None:
    oasis.fault("near_sums")
    ingested = ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert (ingested.new, ingested.rejected) == (24, 0)
    assert Price.objects.filter(verified=False).count() == 24


@pytest.mark.database
def test_a_report_without_greenhouse_gas_gives_the_prices_of_one_with_it(oasis: Running) -> None:
    """Only outside California is there any: it is what the other parts lack."""
    Node.objects.create(slug="pacw", oasis_name="ELAP_PACW-APND")
    evening = START + timedelta(hours=8)
    query = PriceQuery(Market.RTM, ("ELAP_PACW-APND",), evening, evening + timedelta(hours=1))
    oasis.fault("no_ghg")
    assert ingest(query, Priority.FIRST, FetchRun.POLL).new == 12
    worked_out = dict(Price.objects.values_list("interval_start", "ghg"))
    assert ingest(query, Priority.FIRST, FetchRun.POLL).unchanged == 12
    assert min(map(abs, worked_out.values())) > 1


@pytest.mark.parametrize("fault", ["duplicates", "no_ghg", "wrong_namespace"])
def test_an_answer_that_only_looks_odd_is_stored_completely(oasis: Running, fault: str) -> None:
    oasis.fault(fault)
    assert ingest(HOUR, Priority.FIRST, FetchRun.POLL).new == 24


def test_a_single_failure_is_tried_again_at_once(oasis: Running) -> None:
    oasis.fault("http_503", count=2)
    assert ingest(HOUR, Priority.LAST, FetchRun.BACKFILL).new == 24
    assert len(oasis.requests) == 3


def test_a_poll_that_failed_is_left_to_the_next_tick(oasis: Running) -> None:
    oasis.fault("http_503")
    with pytest.raises(ServerTrouble):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert len(oasis.requests) == 1


def test_an_unreachable_server_is_server_trouble(valkey: redis.Redis) -> None:
    with pytest.raises(ServerTrouble, match=r"no answer from http://127\.0\.0\.1:1"):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert FetchRun.objects.get().outcome == "server_trouble"


def test_a_node_that_oasis_does_not_know_is_no_data(oasis: Running) -> None:
    unknown = PriceQuery(Market.RTM, ("NO_SUCH_NODE",), HOUR.start, HOUR.end)
    assert ingest(unknown, Priority.FIRST, FetchRun.POLL).new == 0


@pytest.mark.database
def test_without_a_turn_there_is_no_request(oasis: Running, valkey: redis.Redis) -> None:
    valkey.set("caiso:oasis:turn", "somebody else", ex=30)
    with pytest.raises(NoTurn):
        ingest(HOUR, Priority.IF_FREE, FetchRun.POLL)
    assert oasis.requests == []
    assert not FetchRun.objects.exists()


@pytest.mark.database
def test_a_correction_at_oasis_becomes_a_revision_and_an_event(oasis: Running) -> None:
    ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    FeedEvent.objects.all().delete()
    oasis.override(SP15, "RTM", START, "1015.37")
    ingested = ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert (ingested.corrected, ingested.unchanged) == (1, 23)
    assert Price.objects.get(node__slug="sp15", interval_start=START).revision == 2


def test_a_query_that_oasis_refuses_is_not_retried(
    oasis: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oasis.query.VERSION", "")
    with pytest.raises(OurMistake, match="1020"):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert len(oasis.requests) == 1


def test_a_window_that_is_too_long_is_asked_for_in_halves(oasis: Running) -> None:
    oasis.fault("error_1003")
    assert ingest(HOUR, Priority.FIRST, FetchRun.POLL).new == 24
    windows = [(r.query["startdatetime"], r.query["enddatetime"]) for r in oasis.requests]
    assert windows[1:] == [
        ("20260714T19:00-0000", "20260714T19:30-0000"),
        ("20260714T19:30-0000", "20260714T20:00-0000"),
    ]


def test_on_a_full_disk_the_prices_are_stored_without_the_archive(
    oasis: Running, settings: Settings, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("where the folder should be")
    settings.ARCHIVE_DIR = in_the_way
    assert ingest(HOUR, Priority.FIRST, FetchRun.POLL).new == 24
    assert FetchRun.objects.get().archive == ""


def test_a_request_that_ends_in_an_error_of_ours_leaves_its_run_too(
    oasis: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prices.ingest.record", Mock(side_effect=RuntimeError("broken")))
    with pytest.raises(RuntimeError):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    run = FetchRun.objects.get()
    assert (run.outcome, run.detail) == ("broke_off", "RuntimeError: broken")


@pytest.mark.parametrize(("fault", "status"), [("html_429", 429), ("http_502", 502)])
def test_an_answer_that_is_not_a_report_is_kept(oasis: Running, fault: str, status: int) -> None:
    oasis.fault(fault, count=3)
    with pytest.raises(OasisTrouble):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    run = FetchRun.objects.get()
    assert (run.status, run.archive.startswith("rejected/")) == (status, True)
    assert (django_settings.ARCHIVE_DIR / run.archive).stat().st_size == run.size


def test_a_correction_after_the_clock_was_set_back_an_hour_is_stored(oasis: Running) -> None:
    with time_machine.travel(START + timedelta(hours=3), tick=False):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    oasis.override(SP15, "RTM", START, "1015.37")
    with time_machine.travel(START + timedelta(hours=2), tick=False):
        assert ingest(HOUR, Priority.FIRST, FetchRun.POLL).corrected == 1


@pytest.mark.database
def test_what_is_older_than_what_is_held_is_counted_and_reported(oasis: Running) -> None:
    with time_machine.travel(START + timedelta(hours=3), tick=False):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    oasis.override(SP15, "RTM", START, "1015.37")
    with time_machine.travel(START + timedelta(hours=3, minutes=-5), tick=False):
        ingested = ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    assert (ingested.corrected, ingested.outdated, ingested.unchanged) == (0, 1, 23)
    assert FetchRun.objects.latest("pk").detail == "1 older than what is held, which stays"


@pytest.mark.parametrize("body", [b"a\x00b\x1b[2J", b"PK\x03\x04\x00\x00"])
def test_an_answer_with_characters_that_databases_refuse_leaves_its_run(
    oasis: Running, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setitem(BODY_FAULTS, "not_zip", lambda *_: body)
    oasis.fault("not_zip")
    with pytest.raises(BadAnswer):
        ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    run = FetchRun.objects.get()
    assert (run.outcome, run.size) == ("bad_answer", len(body))
    assert "\x00" not in run.detail


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\x9b2J"])
def test_a_run_can_be_saved_with_any_text(odd: str) -> None:
    window = {"window_start": START, "window_end": START, "started_at": START}
    FetchRun.objects.create(detail=f"odd {odd}", duration_ms=1, outcome="trouble", **window)
    assert FetchRun.objects.get().detail == f"odd {ascii(odd)[1:-1]}"
