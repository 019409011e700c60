"""`/metrics`, read as Prometheus reads it."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from alerts.delivery.deliver import record_outcome, try_again
from alerts.models import Alert, Delivery, Method, Rule, Transition
from outbound.errors import Refused
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
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
    with django_assert_max_num_queries(10):  # one a figure
        client.get("/metrics")
