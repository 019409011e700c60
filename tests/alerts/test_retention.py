"""Old alerts and deliveries are deleted, and /metrics still counts them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts import totals
from alerts.delivery.deliver import try_again
from alerts.models import Alert, Delivery, Method, Rule, Total, Transition
from alerts.retention import prune
from alerts.totals import count_finished
from prices import retention
from prices.models import FetchRun
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = utc("2026-07-14 19:00")
DAY = timedelta(days=1)
OVER = ("cleared_at", "retracted_at")


@pytest.fixture(autouse=True)
def kept(settings: Settings) -> None:
    settings.ALERTS_KEPT_DAYS, settings.DELIVERIES_KEPT_DAYS = 100, 60


@pytest.fixture(autouse=True, params=[2, 500])
def batches(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of a few rows, or all in one."""
    monkeypatch.setattr(totals, "A_BATCH", request.param)
    monkeypatch.setattr(retention, "A_BATCH", request.param)


def alert(age: float, state: str = "sent", *, over: dict[str, float] | None = None) -> Alert:
    """An alert that opened `age` days ago, with its transitions; `over`: ends, in days ago."""
    at = NOW - age * DAY
    rule = Rule.objects.get(direction="above", watched="lmp")
    figures = {"price": 120, "value": 120, "interval_start": at, "text": "t"}
    ends = {name: NOW - days * DAY for name, days in (over or {}).items()}
    made = Alert.objects.create(rule=rule, wording="w", opened_at=at, **figures, **ends)
    kinds = {"opened": at} | {name.removesuffix("_at"): moment for name, moment in ends.items()}
    for kind, moment in kinds.items():
        transition = Transition.objects.create(alert=made, kind=kind, at=moment, **figures)
        delivery(transition, state, moment)
    return made


def delivery(transition: Transition | None, state: str, at: datetime, **more: Any) -> Delivery:
    """A delivery written at a moment; if it was sent, two seconds later."""
    method, _ = Method.objects.get_or_create(name="desk", kind="email", address="a@example.org")
    sent_at = at + timedelta(seconds=2) if state == "sent" else None
    plain = {"kind": transition.kind if transition else "test", "created_at": at, "due_at": at}
    return Delivery.objects.create(
        transition=transition, method=method, state=state, sent_at=sent_at, **plain | more
    )


@pytest.mark.parametrize(
    ("age", "over", "left"),
    [
        (101, {}, [1, 1]),  # open still
        (200, {"cleared_at": 101}, [0, 0]),
        (200, {"cleared_at": 99}, [1, 0]),
        (200, {"cleared_at": 59}, [1, 2]),  # its deliveries say where a retraction goes
        (200, {"retracted_at": 101}, [0, 0]),
        (200, {"cleared_at": 150, "retracted_at": 101}, [0, 0]),
        (200, {"cleared_at": 150, "retracted_at": 99}, [1, 0]),
        (200, {"cleared_at": 99, "retracted_at": 101}, [1, 0]),
        (30, {"cleared_at": 29}, [1, 2]),
    ],
)
def test_an_alert_is_deleted_long_after_it_is_over_and_its_deliveries_sooner(
    age: float, over: dict[str, float], left: list[int]
) -> None:
    alert(age, over=over)
    prune(now=NOW)
    assert [Alert.objects.count(), Delivery.objects.count()] == left


@pytest.mark.parametrize("state", ["waiting", "held"])
def test_an_alert_with_unsent_deliveries_is_kept(state: str) -> None:
    alert(300, state, over={"cleared_at": 299})
    assert prune(now=NOW) == {"alerts": 0, "deliveries": 0, "operational alerts": 0}
    assert Transition.objects.count() == Delivery.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "age", "left"),
    [("sent", 61, 0), ("given up", 61, 0), ("sent", 59, 1), ("waiting", 61, 1), ("held", 61, 1)],
)
def test_a_digest_or_a_test_is_deleted_by_its_own_age(state: str, age: int, left: int) -> None:
    delivery(None, state, NOW - age * DAY)
    prune(now=NOW)
    assert Delivery.objects.count() == left


def counters(client: Client) -> dict[str, float]:
    """The counters of `/metrics` that are about alerts and deliveries."""
    lines = client.get("/metrics").content.decode().splitlines()
    samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    ends = ("_total", "_count", "_sum", "_bucket")
    ours = ("caiso_alert", "caiso_deliver")
    return {
        name: float(value)
        for name, value in samples
        if name.startswith(ours) and name.split("{")[0].endswith(ends)
    }


def a_year_of_it() -> None:
    """Alerts and deliveries of every kind."""
    for age, state in ((300, "sent"), (200, "muted"), (150, "in a digest"), (20, "sent")):
        alert(age, state, over={"cleared_at": age - 1})
    alert(130, "given up", over={"cleared_at": 129, "retracted_at": 128})
    alert(3, "waiting")
    Delivery.objects.filter(state="given up").update(failures=4)
    Delivery.objects.filter(state="sent").update(failures=1)
    Delivery.objects.filter(state="waiting").update(failures=2)
    delivery(None, "sent", NOW - 90 * DAY, failures=3)


def stages(client: Client) -> Iterator[dict[str, float]]:
    """The counters before rows are counted, after it, after deleting, and after counting again."""
    yield counters(client)
    count_finished()
    yield counters(client)
    prune(now=NOW)
    yield counters(client)
    count_finished()
    prune(now=NOW + DAY)
    yield counters(client)


def test_no_figure_changes_when_rows_are_counted_and_deleted(client: Client) -> None:
    a_year_of_it()
    before, *after = stages(client)
    assert before["caiso_delivery_failures_total"] == 3 * 4 + 4 * 1 + 2 + 3
    assert before['caiso_deliveries_total{method_kind="email",state="sent"}'] == 5
    assert before["caiso_delivery_latency_seconds_sum"] == 10
    assert before['caiso_delivery_latency_seconds_bucket{le="2.0"}'] == 5
    assert before['caiso_delivery_latency_seconds_bucket{le="1.0"}'] == 0
    assert after == [before] * 3
    assert Alert.objects.count() == 2


def test_a_row_is_counted_once() -> None:
    a_year_of_it()
    assert count_finished() > 0
    held = set(Total.objects.values_list("name", "first", "second", "count"))
    assert count_finished() == 0
    assert set(Total.objects.values_list("name", "first", "second", "count")) == held


def test_a_delivery_that_is_tried_again_after_it_was_given_up_is_counted_when_it_is_sent(
    client: Client,
) -> None:
    delivery(None, "given up", NOW, failures=4)
    count_finished()
    assert counters(client)["caiso_delivery_failures_total"] == 4
    assert try_again(Delivery.objects.all(), now=NOW) == 1
    count_finished()
    Delivery.objects.update(state="sent", sent_at=NOW, failures=5)
    count_finished()
    found = counters(client)
    assert found["caiso_delivery_failures_total"] == 5
    assert found['caiso_deliveries_total{method_kind="email",state="sent"}'] == 1


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL plans by how many rows there are"
)
def test_a_scrape_does_not_read_counted_rows(client: Client) -> None:
    a_year_of_it()
    with CaptureQueriesContext(connection) as asked:
        client.get("/metrics")
    plans = []
    for one in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {one['sql']}")
            plans += [str(row[3]) for row in cursor.fetchall()]
    tables = ("alerts_delivery", "alerts_transition", "alerts_alert")
    steps = [plan for plan in plans if any(table in plan.split() for table in tables)]
    assert steps
    for step in steps:
        named = "deliveries_to_count" in step or "transitions_to_count" in step
        assert named or step.startswith("SEARCH"), step


def test_rows_beyond_the_batches_of_one_call_are_left_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    monkeypatch.setattr(retention, "A_BATCH", 2)
    for _ in range(5):
        delivery(None, "sent", NOW - 90 * DAY)
    assert [prune(now=NOW)["deliveries"] for _ in range(3)] == [4, 1, 0]


def test_requests_are_kept_by_their_own_setting(settings: Settings) -> None:
    settings.FETCH_RUNS_KEPT_DAYS = 30
    plain = {"report": "PRC_LMP", "purpose": "poll", "duration_ms": 1, "outcome": "ok"}
    for days in (29, 31, 40, 50):
        at = NOW - days * DAY
        FetchRun.objects.create(started_at=at, window_start=at, window_end=at, **plain)
    assert retention.prune(now=NOW)["fetch runs"] == 3
    assert FetchRun.objects.get().started_at == NOW - 29 * DAY
