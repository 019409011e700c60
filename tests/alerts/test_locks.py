"""An administrator saves the list of rules while a worker records an alert of one: neither fails.

Only where rows are locked, so with PostgreSQL; `tests/stack/test_postgresql.py` runs it there.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from alerts.judging.evaluate import evaluate
from alerts.locks import lock_rules
from alerts.models import Rule
from prices import feed
from prices.models import FeedEvent, Node
from tests.conftest import utc
from tests.prices.test_concurrency import closing
from tests.published import published, store

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
NOON = utc("2026-07-14 19:00")
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def listed(rules: list[Rule]) -> dict[str, str]:
    """The list as it is posted, highest id first: every rule is switched on again."""
    count = str(len(rules))
    data = {"form-TOTAL_FORMS": count, "form-INITIAL_FORMS": count, "_save": "Save"}
    for place, rule in enumerate(sorted(rules, key=lambda rule: -rule.pk)):
        data |= {f"form-{place}-id": str(rule.pk), f"form-{place}-limit": "100"}
        data |= {f"form-{place}-active": "on"}
    return data


def somebody_waits() -> None:
    """Until a lock is waited for."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waited for a lock")


def test_the_list_is_saved_while_a_worker_records_an_alert_of_a_rule_in_it(
    admin_user: User,
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks no rows: test_postgresql.py runs this")
    Rule.objects.all().delete()
    node = Node.objects.get(slug="sp15")
    since = NOON - timedelta(hours=1)
    rules = [Rule.objects.create(node=node, limit=100, judges_from=since) for _ in range(2)]
    store([published(NOON, "150")], NOON)
    evaluate(now=NOON)
    Rule.objects.update(active=False)  # with an alert that is open still
    client, held = Client(), Event()
    client.force_login(admin_user)

    def judge() -> None:
        with transaction.atomic():
            lock_rules(Rule.objects.filter(pk=rules[0].pk))
            held.set()
            somebody_waits()
            feed.append(node, [feed.Event(FeedEvent.ALERT, {})], now=NOON)

    def save() -> None:
        assert held.wait(20)
        assert client.post("/admin/alerts/rule/", listed(rules)).status_code == 302

    with ThreadPoolExecutor(2) as threads:
        for finished in [threads.submit(closing(work)) for work in (judge, save)]:
            finished.result(timeout=60)
    assert list(Rule.objects.values_list("active", flat=True)) == [True, True]
