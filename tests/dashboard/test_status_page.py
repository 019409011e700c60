"""`/status/`: what it says when all is well, and what in each trouble; and what it never says."""

import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts.models import Delivery, Method
from dashboard.status_words import (
    age_text,
    correction_text,
    delay_text,
    missing_text,
    named,
    newest_text,
    requests_of,
)
from market.intervals import day_intervals, operating_date
from market.markets import Market
from prices.models import FetchRun, Gap, Node, Trouble
from prices.redis_client import redis_client
from telemetry import signs
from telemetry.redis_pipe import through
from tests.conftest import utc
from tests.published import NP15, SP15, published, store

NOON = utc("2026-07-14 19:00")
NOW = utc("2026-07-14 19:02:14")
FIVE, HOUR = timedelta(minutes=5), timedelta(hours=1)
ZP26 = "TH_ZP26_GEN-APND"


@pytest.mark.parametrize(
    ("market", "newest", "text", "age"),
    [
        (Market.RTM, "2026-07-14 19:00", "12:00–12:05", "running"),
        (Market.RTM, "2026-07-14 19:05", "12:05–12:10", "begins in 2 min 46 s"),
        (Market.RTM, "2026-07-14 18:50", "11:50–11:55", "ended 7 min 14 s ago"),
        (Market.RTM, "2026-07-13 18:50", "11:50–11:55, Mon, Jul 13", "ended 1 d 0 h ago"),
        (Market.RTPD, "2026-07-14 19:15", "12:15–12:30", "begins in 12 min 46 s"),
        (Market.DAM, "2026-07-15 06:00", "to 24:00, Tue, Jul 14", "11 h 57 min ahead"),
        (Market.DAM, "2026-07-14 17:00", "to 11:00, Tue, Jul 14", "1 h 02 min behind"),
        (Market.RTM, None, "none yet", ""),
    ],
)
def test_the_newest_price_is_told_by_its_interval_and_age(
    market: Market, newest: str | None, text: str, age: str
) -> None:
    start = None if newest is None else utc(newest)
    assert newest_text(market, start, now=NOW) == text
    assert age_text(market, start, now=NOW) == age


@pytest.mark.parametrize(
    ("counts", "answered", "tone"),
    [
        ({"ok": 990, "no_data": 9, "rate_limited": 1}, "99.9 % of 1,000", ""),
        ({"ok": 9999, "rate_limited": 1}, "99.9 % of 10,000", ""),
        ({"ok": 10}, "100 % of 10", ""),
        ({"ok": 94, "server_trouble": 6}, "94 % of 100", "high"),
        ({"ok": 1, "server_trouble": 2}, "33.3 % of 3", "bad"),
        ({"broke_off": 2}, "0 % of 2", "bad"),
        ({}, "none was made", ""),
    ],
)
def test_requests_are_told_by_how_many_were_answered(
    counts: Mapping[str, int], answered: str, tone: str
) -> None:
    found = requests_of(counts)
    assert (found.answered, found.tone) == (answered, tone)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "not known yet"),
        (0.4, "as the interval starts"),
        (12, "12 s after the interval starts"),
        (-150, "2 min 30 s before the interval starts"),
    ],
)
def test_a_publication_delay_is_told_from_the_start_of_the_interval(
    seconds: float | None, text: str
) -> None:
    assert delay_text(None if seconds is None else timedelta(seconds=seconds)) == text


def test_figures_are_written_as_people_read_them() -> None:
    assert missing_text(3, 6048) == "3 of 6,048"
    assert missing_text(0, 6048) == "none of 6,048"
    assert missing_text(0, 0) == "nothing held yet"
    assert correction_text(Decimal("-1234.56"), Decimal("64.1")) == "−1,234.56 → 64.10"
    assert correction_text(Decimal(40), Decimal("40.00000")) == "40.00, its components"
    assert named(["a", "b", "c"]) == "a, b, c"
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


@pytest.fixture(autouse=True)
def real_redis(request: pytest.FixtureRequest) -> None:
    """Most of these tests need the one that is there."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        valkey = request.getfixturevalue("valkey")
        for kind in ("worker", "poller", "beat"):
            through(valkey)(signs.saying(kind, "one", {}, now=NOW.timestamp()))


def page(client: Client, at: datetime = NOW) -> str:
    with time_machine.travel(at, tick=False):
        found: HttpResponse = client.get("/status/")  # type: ignore[assignment]
    assert found.status_code == 200
    return found.content.decode()


def run_at(at: datetime, outcome: str = FetchRun.OK, **more: Any) -> None:
    FetchRun.objects.create(
        report="PRC_INTVL_LMP",
        market=Market.RTM.value,
        purpose=FetchRun.POLL,
        window_start=at,
        window_end=at,
        started_at=at,
        duration_ms=1,
        outcome=outcome,
        **more,
    )


def all_is_well(now: datetime = NOW) -> None:
    """The running interval, quarter hour and day of every node are held."""
    for name in (SP15, NP15, ZP26):
        hours = day_intervals(operating_date(now), Market.DAM)
        prices = [published(hour, "30", Market.DAM, name) for hour in hours]
        prices += [published(NOON + n * FIVE, "40", node=name) for n in (-1, 0)]
        prices.append(published(NOON, "41", Market.RTPD, name))
        store(prices, NOON - HOUR)
    run_at(now - timedelta(seconds=8))


@pytest.mark.django_db
@pytest.mark.database
def test_when_all_is_well_it_says_so_in_one_sentence(client: Client) -> None:
    all_is_well()
    text = page(client)
    assert "Nothing is wrong." in text
    assert "8 s ago, 12:02" in text
    assert "100 % of 1" in text
    assert "▲ late" not in text
    assert "style=" not in text


@pytest.mark.django_db
def test_a_new_installation_says_what_it_does_not_have(client: Client) -> None:
    text = page(client)
    assert "Nothing is wrong" not in text
    assert "SP15 real-time, NP15 real-time, ZP26 real-time and 6 more" in text
    assert "none yet" in text
    assert "none was made" in text
    Node.objects.update(tracked=False)
    assert "No node is tracked." in page(client)


@pytest.mark.django_db
def test_a_silent_source_is_the_first_thing_said(client: Client) -> None:
    all_is_well()
    for minute in range(1, 9):
        run_at(
            NOW + timedelta(minutes=minute),
            "server_trouble",
            detail="no answer within 40 s at https://anna:geheim@proxy.example.org/x",
        )
    text = page(client, NOW + timedelta(minutes=9))
    assert "can&#x27;t be reached" in text
    assert text.index("can&#x27;t be reached") < text.index("Late or not there yet")
    assert "out of order, or out of reach" in text
    assert "11.1 % of 9" in text
    assert "geheim" not in text
    assert "anna" not in text


@pytest.mark.django_db
def test_a_late_node_is_named_and_marked(client: Client) -> None:
    all_is_well()
    store([published(NOON + FIVE, node=name) for name in (NP15, ZP26)], NOW)
    text = page(client, NOON + FIVE + timedelta(minutes=1, seconds=30))
    assert "Late or not there yet: SP15 real-time." in text
    assert text.count("▲ late: 12:00–12:05") == 1


@pytest.mark.django_db
def test_nodes_that_are_late_come_first(client: Client) -> None:
    all_is_well()
    store([published(NOON + FIVE, node=name) for name in (SP15, NP15)], NOW)
    text = page(client, NOON + FIVE + timedelta(minutes=1, seconds=30))
    table = text.partition('class="newest"')[2]
    hubs = [table.index(f">{hub}</a>") for hub in ("ZP26", "SP15", "NP15")]
    assert hubs == sorted(hubs)


@pytest.mark.django_db
def test_what_is_missing_or_was_corrected_is_told(client: Client) -> None:
    all_is_well()
    store([published(NOON - 4 * FIVE)], NOON - HOUR)
    store([published(NOON - FIVE, "-3.5")], NOW)
    Gap.objects.create(
        node=Node.objects.get(slug="sp15"),
        market=Market.RTM.value,
        interval_start=NOON - 3 * FIVE,
        since=NOW,
        ask_after=NOW,
    )
    text = page(client)
    assert "2 of 6" in text  # up to 12:00, at SP15 since 11:40, at the others since 11:55
    assert "1, the oldest SP15 real-time 11:45" in text
    assert "SP15 real-time 11:55</span> <b>40.00 → −3.50</b> <small>seen 12:02" in text
    assert "1 in 7 days" in text


@pytest.mark.django_db
def test_troubles_and_messages_are_told_without_addresses_and_texts(client: Client) -> None:
    all_is_well()
    method = Method.objects.create(
        name="ops", kind="webhook", address="https://hook.example/geheim"
    )
    Trouble.objects.create(
        part="sending",
        subject="method 7",
        since=NOW - HOUR,
        last_at=NOW,
        times=12,
        text="Refused: https://hook.example/geheim answers 403",
    )
    for state, due in ((Delivery.WAITING, NOW - HOUR), (Delivery.HELD, NOW)):
        Delivery.objects.create(
            method=method, kind="test", state=state, created_at=NOW, due_at=due, attempts=3
        )
    Delivery.objects.create(
        method=method, kind="test", state="given up", created_at=NOW, due_at=NOW, given_up_at=NOW
    )
    text = page(client)
    assert "1 part fails." in text
    assert "1 message is overdue." in text
    assert "messages, method 7" in text
    assert "failed 12 times since 11:02" in text
    assert "1 waiting, 1 of them tried in vain" in text
    assert "held for a digest" in text
    assert "given up in 7 days" in text
    assert "geheim" not in text
    assert "hook.example" not in text
    assert "/admin/prices/trouble/" not in text


@pytest.mark.django_db
def test_staff_get_to_see_why(admin_client: Client) -> None:
    Trouble.objects.create(part="judging", subject="rule 1", since=NOW, last_at=NOW, text="x")
    assert "/admin/prices/trouble/" in page(admin_client)


@pytest.mark.django_db
def test_without_redis_the_page_is_there_and_says_so(client: Client, settings: Settings) -> None:
    all_is_well()
    settings.REDIS_URL = "redis://:geheim@127.0.0.1:9/0"
    text = page(client)
    assert "Redis does not answer: nothing new is fetched or sent until it does." in text
    assert "geheim" not in text


@pytest.mark.django_db
def test_a_full_disk_and_a_silent_worker_are_told(client: Client, settings: Settings) -> None:
    all_is_well()
    settings.DISK_FREE_MB = 100_000_000
    redis_client().zadd(signs.key("worker"), {"one": (NOW - HOUR).timestamp()})
    text = page(client)
    assert "Worker has been silent for 1 h 00 min." in text
    assert "Nothing is wrong" not in text
    assert "MB left." in text
    assert "<dt>beat</dt><dd>gave a sign of life 0 s ago</dd>" in text
    assert socket.gethostname() not in text


@pytest.mark.django_db
def test_it_takes_as_many_queries_for_fifty_nodes_as_for_three(client: Client) -> None:
    all_is_well()
    with CaptureQueriesContext(connection) as few:
        page(client)
    names = [f"NODE_{nth}_N001" for nth in range(47)]
    Node.objects.bulk_create(
        Node(slug=f"node-{n}", oasis_name=name) for n, name in enumerate(names)
    )
    store([published(NOON, node=name) for name in names], NOW)
    store([published(NOON, "50", node=name) for name in names], NOW)
    with CaptureQueriesContext(connection) as many:
        assert "50 nodes tracked" in page(client)
    assert len(many) == len(few) <= 40


@pytest.mark.django_db
def test_beyond_a_hundred_nodes_it_says_how_many_it_shows(client: Client) -> None:
    nodes = (Node(slug=f"node-{nth}", oasis_name=f"NODE_{nth}_N001") for nth in range(100))
    Node.objects.bulk_create(nodes)
    assert "The first 100 of 103." in page(client)
