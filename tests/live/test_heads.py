"""The state of the source, as readers see it: in heartbeats, on the page, and by the API."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from live import heads
from prices import source_state
from prices.models import Feed, FetchRun, Node
from tests.conftest import utc
from tests.live.browsers import browser
from tests.live.streaming import stream

WHY = "127.0.0.1:1 refuses the connection: nothing listens there"
HALF_PAST = utc("2026-07-14 19:30")
TROUBLE = f"The simulator can't be reached since 12:28: {WHY}."


@pytest.fixture(autouse=True)
def at_half_past() -> Iterator[None]:
    """Sentences say since when."""
    with time_machine.travel(HALF_PAST, tick=False):
        yield


def asked(minutes: float, outcome: str, detail: str = "") -> None:
    """A request that was made so many minutes ago."""
    now = timezone.now()
    FetchRun.objects.create(
        report="PRC_INTVL_LMP",
        market="RTM",
        purpose=FetchRun.POLL,
        window_start=now,
        window_end=now,
        started_at=now - timedelta(minutes=minutes),
        duration_ms=5,
        outcome=outcome,
        detail=detail,
    )


def never_answered() -> None:
    """The source has been asked for two minutes, in vain."""
    for minutes in (2.0, 0.1):
        asked(minutes, "server_trouble", f"{WHY}\nno answer from ...")


@pytest.mark.django_db
def test_why_a_source_never_answered_is_on_the_page_and_under_its_address(client: Client) -> None:
    never_answered()
    answer = client.get("/api/v1/source").json()
    assert answer.pop("server_time").endswith("Z")
    silent = {"source_age_s": None, "source_trouble": TROUBLE, "source_answered": {}}
    assert answer == {"source": "simulator"} | silent
    assert client.get("/").context["page"]["source_trouble"] == TROUBLE


@pytest.mark.django_db
def test_a_source_that_answers_again_has_no_trouble(client: Client) -> None:
    never_answered()
    asked(0.05, FetchRun.OK)
    answer = client.get("/api/v1/source").json()
    assert answer["source_trouble"] is None
    assert answer["source_age_s"] < 60


@pytest.mark.django_db
def test_what_failed_before_the_last_answer_is_no_reason(client: Client) -> None:
    asked(30, "rate_limited")
    asked(9, FetchRun.OK)
    asked(8, "server_trouble", "no way")
    answer = client.get("/api/v1/source").json()
    assert answer["source_trouble"] == "The simulator can't be reached since 12:22: no way."


@pytest.mark.django_db
def test_what_fails_is_said_as_soon_as_a_second_request_may_have_failed_too(client: Client) -> None:
    asked(2, FetchRun.OK)
    asked(0.4, "rate_limited")
    assert client.get("/api/v1/source").json()["source_trouble"] is None
    asked(0.6, "rate_limited")
    answer = client.get("/api/v1/source").json()
    assert answer["source_trouble"].startswith("The simulator refuses us since 12:29 (")


@pytest.mark.django_db
def test_when_each_market_was_answered_is_told(client: Client) -> None:
    asked(3, FetchRun.OK)
    asked(2, "no_data")
    asked(1, "server_trouble")
    answered = client.get("/api/v1/source").json()["source_answered"]
    assert answered == {"RTM": "2026-07-14T19:28:00Z"}


@pytest.mark.database
@pytest.mark.django_db
def test_a_feed_begins_with_its_first_reader_and_is_the_same_for_the_next() -> None:
    Feed.objects.all().delete()
    first = heads.feed_of("sp15")
    assert first is not None
    assert (first.head, heads.feed_of("sp15")) == (0, first)


@pytest.mark.django_db
def test_nobody_has_asked_yet(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_state, "WATCHED_SINCE", timezone.now())
    assert client.get("/api/v1/source").json()["source_trouble"] is None
    monkeypatch.setattr(source_state, "WATCHED_SINCE", timezone.now() - timedelta(minutes=2))
    trouble = client.get("/api/v1/source").json()["source_trouble"]
    assert trouble == ("The simulator has not been asked yet: do the worker, beat and Redis run?")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("quick_fanout")
async def test_every_heartbeat_says_why() -> None:
    await sync_to_async(never_answered)()
    client = browser()
    await client.greeted()
    assert (await client.frame("heartbeat"))["source_trouble"] == TROUBLE
    await client.disconnect()


@pytest.mark.long
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("quick_fanout")
async def test_a_stream_of_many_hubs_is_resumed_in_each() -> None:
    """A cursor in 50 hubs is longer than one in ten."""
    nodes = [Node(slug=f"node-number-{n}", oasis_name=f"NODE_NUMBER_{n}") for n in range(47)]
    await Node.objects.abulk_create(nodes)
    hubs = ",".join(["SP15", "NP15", "ZP26", *(node.hub for node in nodes)])
    last = ",".join(["0123456789abcdef:123456789012"] * 50)
    reader = stream(f"hubs={hubs}", last_event_id=last)
    status, _ = await reader.response()
    assert status == 200
    hello = (await reader.until("hello"))[-1]
    assert len(hello.body["feeds"]) == 50
    await reader.leave()
