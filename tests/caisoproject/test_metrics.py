"""`/metrics`, read as Prometheus reads it."""

import re
import time
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from alerts.delivery.deliver import record_outcome, try_again
from alerts.models import Alert, Delivery, Method, Rule, Transition
from battery.code_version import VERSION
from market.intervals import floor
from market.markets import Market
from oasis.errors import RateLimited
from outbound.errors import Refused
from prices.fetch_log import saving
from prices.models import FetchRun, Gap, Node
from prices.redis_client import redis_client
from prices.schedule import late_by
from telemetry import signs, tallies
from telemetry.redis_pipe import through
from tests.conftest import utc
from tests.published import NP15, published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
NOON = utc("2026-07-14 19:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def opening() -> Transition:
    """An alert that opened at noon."""
    rule = Rule.objects.get(direction="above", watched="lmp")
    figures = {"price": 120, "value": 120, "interval_start": NOON, "text": "t"}
    alert = Alert.objects.create(rule=rule, wording="w", opened_at=NOON, **figures)
    return Transition.objects.create(alert=alert, kind="opened", at=NOON, **figures)


def delivery(opening: Transition | None, state: str, attempts: int = 1, **more: Any) -> Delivery:
    """A delivery to a method of its own."""
    method = Method.objects.create(name="m", kind=more.pop("method", "email"), address="a")
    plain = {"kind": "opened", "created_at": NOON, "due_at": NOON, "attempts": attempts}
    return Delivery.objects.create(transition=opening, method=method, state=state, **plain | more)


def scraped(client: Client) -> dict[tuple[str, ...], float]:
    """Every sample: its name, the values of its labels in their names' order, and its value."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    samples = [sample for family in families for sample in family.samples]
    found = {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for one in samples
    }
    assert len(found) == len(samples)
    return found


def test_a_site_without_alerts_has_its_figures_too(client: Client) -> None:
    found = scraped(client)
    assert found["caiso_deliveries_waiting", "waiting"] == 0
    assert found["caiso_delivery_failures_total",] == 0
    assert found["caiso_delivery_latency_seconds_count",] == 0


def test_alerts_are_counted_by_rule_and_kind(client: Client, opening: Transition) -> None:
    rule = str(opening.alert.rule_id)
    found = scraped(client)
    assert found["caiso_alerts_total", "opened", rule] == 1
    name, words = "Discharge opportunity", "SP15 real-time above 100.00"
    assert found["caiso_rule_info", name, rule, words] == 1


def test_deliveries_are_counted_by_what_became_of_them(client: Client, opening: Transition) -> None:
    for state in ("sent", "sent", "given up", "held", "waiting", "waiting", "muted"):
        delivery(opening, state, sent_at=NOON + SECOND if state == "sent" else None)
    delivery(opening, "sent", method="ntfy", sent_at=NOON + SECOND)
    found = scraped(client)
    assert found["caiso_deliveries_total", "email", "sent"] == 2
    assert found["caiso_deliveries_given_up", "email"] == 1
    assert ("caiso_deliveries_total", "email", "given up") not in found
    assert found["caiso_deliveries_total", "ntfy", "sent"] == 1
    assert found["caiso_deliveries_waiting", "waiting"] == 2
    assert found["caiso_deliveries_waiting", "held"] == 1
    assert ("caiso_deliveries_total", "email", "waiting") not in found


def test_latency_counts_from_the_alert_and_of_a_test_from_its_writing(
    client: Client, opening: Transition
) -> None:
    late = NOON - 60 * SECOND
    delivery(opening, "sent", sent_at=NOON + 1.5 * SECOND, created_at=NOON + SECOND)
    delivery(None, "sent", sent_at=NOON, created_at=late, kind="test")
    delivery(opening, "sent", sent_at=NOON + 7200 * SECOND)
    delivery(opening, "waiting")
    found = scraped(client)
    name = "caiso_delivery_latency_seconds"
    buckets = {key[1]: value for key, value in found.items() if key[0] == f"{name}_bucket"}
    assert buckets == {
        **{"1.0": 0, "2.0": 1, "5.0": 1, "10.0": 1, "30.0": 1},
        **{"60.0": 2, "300.0": 2, "3600.0": 2, "+Inf": 3},
    }
    assert (found[f"{name}_count",], found[f"{name}_sum",]) == (3, 7261.5)


@pytest.mark.parametrize(
    ("state", "attempts", "error", "failed"),
    [
        ("sent", 1, "", 0),
        ("sent", 3, "", 2),
        ("given up", 4, "Refused: no", 4),
        ("waiting", 0, "", 0),
        ("waiting", 1, "", 0),  # the first try is going on
        ("waiting", 1, "Unreachable: no", 1),
        ("waiting", 2, "Unreachable: no", 1),  # the second may be
        ("waiting", 3, "Unreachable: no", 2),
    ],
)
def test_tries_that_failed_before_they_were_counted_are_known_by_the_attempts(
    state: str, attempts: int, error: str, failed: int, client: Client, opening: Transition
) -> None:
    delivery(opening, state, attempts, last_error=error, sent_at=NOON if state == "sent" else None)
    import_module("alerts.migrations.0007_delivery_failures").fill(apps, None)
    assert scraped(client)["caiso_delivery_failures_total",] == failed


def test_what_is_tried_again_does_not_turn_the_failures_back(
    client: Client, opening: Transition
) -> None:
    row = delivery(opening, "waiting")
    record_outcome(row, Refused("no"), now=NOON)
    assert scraped(client)["caiso_delivery_failures_total",] == 1
    assert try_again(Delivery.objects.all(), now=NOON) == 1
    assert scraped(client)["caiso_delivery_failures_total",] == 1


def test_the_requests_that_tracked_nodes_need_stand_beside_those_there_are(client: Client) -> None:
    found = scraped(client)
    assert found["caiso_oasis_requests_needed_per_minute",] == pytest.approx(17 / 30)
    assert found["caiso_oasis_requests_given_per_minute",] > 0


def test_a_scrape_is_few_queries(
    client: Client, opening: Transition, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        delivery(opening, "sent", sent_at=NOON)
    with django_assert_max_num_queries(30):  # whatever there is of everything
        client.get("/metrics")


def test_the_age_of_the_newest_interval_and_how_late_the_next_is_are_by_node_and_market(
    client: Client,
) -> None:
    now = timezone.now()
    start = floor(now, Market.RTM) - timedelta(minutes=30)
    store([published(start, "20"), published(start, "21", node=NP15)], start)
    found = scraped(client)
    age_s = found["caiso_newest_interval_age_seconds", "RTM", "sp15"]
    assert age_s == pytest.approx((now - start).total_seconds(), abs=5)
    assert found["caiso_newest_interval_age_seconds", "RTM", "np15"] == pytest.approx(age_s)
    # Without a learned delay it comes as its interval begins; a minute later it is late.
    assert found["caiso_price_late_seconds", "RTM", "sp15"] == pytest.approx(age_s - 360)
    assert ("caiso_newest_interval_age_seconds", "RTM", "zp26") not in found
    assert found["caiso_tracked_nodes",] == 3


def test_how_late_a_day_ahead_price_is_counts_from_when_its_day_is_published() -> None:
    last_hour = utc("2026-07-15 06:00")  # of July 14, in Pacific time
    for now, late_s in (("2026-07-14 19:50", 0), ("2026-07-14 20:51", 3600)):
        assert late_by(Market.DAM, last_hour, None, now=utc(now)) == late_s * SECOND


def test_prices_are_counted_as_what_they_were_once_they_are_stored(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    tallies.TALLIES_HERE.taken()
    with django_capture_on_commit_callbacks(execute=True):
        store([published(NOON, "20"), published(NOON + 300 * SECOND, "21")], NOON)
        store([published(NOON, "20.5")], NOON + 60 * SECOND)
    tallies.flush(through(redis_client()))
    found = scraped(client)
    assert found["caiso_prices_recorded_total", "RTM", "new"] == 2
    assert found["caiso_prices_recorded_total", "RTM", "corrected"] == 1
    assert found["caiso_prices_recorded_total", "DAM", "late"] == 0


def test_requests_are_counted_by_report_and_outcome_also_once_they_are_deleted(
    client: Client,
) -> None:
    window = {"window_start": NOON, "window_end": NOON}
    for fault in (None, RateLimited("no"), None):
        run = FetchRun(report="PRC_LMP", market="DAM", purpose=FetchRun.POLL, **window)
        with suppress(RateLimited), saving(run):
            if fault:
                raise fault
            run.outcome = FetchRun.OK
    FetchRun.objects.all().delete()
    found = scraped(client)
    assert found["caiso_oasis_requests_total", "ok", "PRC_LMP"] == 2
    assert found["caiso_oasis_requests_total", "rate_limited", "PRC_LMP"] == 1
    assert found["caiso_oasis_request_seconds_total", "ok", "PRC_LMP"] >= 0


def test_the_totals_of_requests_begin_with_the_runs_that_are_there(client: Client) -> None:
    window = {"started_at": NOON, "window_start": NOON, "window_end": NOON}
    for _ in range(2):
        FetchRun.objects.create(report="PRC_LMP", outcome="ok", duration_ms=1500, **window)
    schema_editor = SimpleNamespace(connection=connection)
    import_module("prices.migrations.0012_request_total").fill(apps, schema_editor)
    found = scraped(client)
    assert found["caiso_oasis_requests_total", "ok", "PRC_LMP"] == 2
    assert found["caiso_oasis_request_seconds_total", "ok", "PRC_LMP"] == 3


def test_open_gaps_are_counted_without_those_that_were_given_up(client: Client) -> None:
    of = {"node": Node.objects.get(slug="sp15"), "market": "RTM", "since": NOON, "ask_after": NOON}
    for number, given_up_at in enumerate((None, None, NOON)):
        start = NOON + number * SECOND
        Gap.objects.create(interval_start=start, given_up_at=given_up_at, **of)
    found = scraped(client)
    assert (found["caiso_gaps_open", "RTM"], found["caiso_gaps_open", "DAM"]) == (2, 0)


def test_a_delivery_that_should_have_gone_out_is_overdue(
    client: Client, opening: Transition
) -> None:
    assert scraped(client)["caiso_delivery_overdue_seconds",] == 0
    delivery(opening, "waiting", due_at=timezone.now() - 90 * SECOND)
    assert scraped(client)["caiso_delivery_overdue_seconds",] == pytest.approx(90, abs=5)


def test_every_web_process_gives_the_figures_of_all(client: Client) -> None:
    run = through(redis_client())
    said = {"caiso_feed_readers|socket": 3, "caiso_disk_free_bytes": 10}
    run(signs.saying("web", "a.1", said, now=time.time()))
    run(signs.saying("web", "b.1", {**said, "caiso_disk_free_bytes": 7}, now=time.time()))
    run(signs.saying("beat", "a.2", {"of another version": 1}, now=time.time() - 90))
    found = scraped(client)
    assert found["caiso_feed_readers", "socket"] == 6
    assert found["caiso_disk_free_bytes",] == 7
    assert found["caiso_processes", "web"] == 2
    assert found["caiso_processes", "worker"] == 0
    last = "caiso_process_last_seen_timestamp_seconds"
    assert found[last, "beat"] == pytest.approx(time.time() - 90, abs=5)
    assert (last, "worker") not in found


def test_what_waits_in_queues_is_counted(client: Client) -> None:
    redis_client().rpush("alerts", "a", "b")
    redis_client().rpush("caiso:analyst:slow", "a")
    redis_client().hset("unacked", "a", "b")
    found = scraped(client)
    assert found["caiso_queue_length", "alerts"] == 2
    assert found["caiso_queue_length", "poll"] == 0
    assert found["caiso_queue_length", "analyst slow"] == 1
    assert found["caiso_tasks_unacknowledged",] == 1


def test_answers_are_counted_by_the_part_of_the_site_and_their_status(
    client: Client, settings: Settings
) -> None:
    tallies.TALLIES_HERE.taken()
    for address in ("/metrics", "/api/v1/nothing", "/alerts/"):
        client.get(address)
    settings.SECURE_SSL_REDIRECT = True
    Client().get("/alerts/", headers={"X-Forwarded-Proto": "https"})
    tallies.flush(through(redis_client()))
    found = scraped(client)
    assert found["caiso_http_responses_total", "metrics", "2xx"] == 1
    assert found["caiso_http_responses_total", "api", "4xx"] == 1
    assert found["caiso_http_responses_total", "page", "4xx"] == 1, "refused before all else"
    assert found["caiso_http_response_duration_seconds_count", "page"] == 2


def test_redis_and_the_database_say_how_they_are(client: Client) -> None:
    found = scraped(client)
    assert found["caiso_database_up",] == found["caiso_redis_up", "broker"] == 1
    assert 0 < found["caiso_database_latency_seconds",] < 5
    used = found["caiso_redis_memory_used_bytes", "projection"]
    assert 0 < used < found["caiso_redis_memory_limit_bytes", "projection"]


def test_without_redis_there_are_the_figures_of_the_database(
    client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = settings.BROKER_REDIS_URL = "redis://127.0.0.1:1/0"
    found = scraped(client)
    assert found["caiso_redis_up", "projection"] == found["caiso_redis_up", "broker"] == 0
    assert found["caiso_collector_up", "processes"] == 0
    assert found["caiso_collector_up", "prices"] == 1
    assert found["caiso_tracked_nodes",] == 3


def test_without_the_database_there_are_the_figures_of_redis(client: Client) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(fail):
        found = scraped(client)
    assert found["caiso_database_up",] == 0
    assert found["caiso_collector_up", "alerts"] == 0
    assert found["caiso_collector_up", "processes"] == 1
    assert found["caiso_redis_up", "projection"] == 1


def test_with_a_token_it_is_read_by_who_shows_it(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "only-for-prometheus"
    for shown in ({}, {"Authorization": "Bearer other"}, {"Authorization": "only-for-prometheus"}):
        refused = client.get("/metrics", headers=shown)
        assert (refused.status_code, b"caiso_" in refused.content) == (401, False)
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    for scheme in ("Bearer", "bearer"):  # RFC 7235: in any case
        shown = {"Authorization": f"{scheme} only-for-prometheus"}
        assert client.get("/metrics", headers=shown).status_code == 200


def test_the_build_says_its_version_and_revision(client: Client) -> None:
    (build,) = [key for key in scraped(client) if key[0] == "caiso_build_info"]
    assert re.fullmatch(r"3\.\d+\.\d+", build[1])
    assert re.fullmatch(r"[0-9a-f]{12}|unknown", build[2])
    assert build[3] == VERSION
