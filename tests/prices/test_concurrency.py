"""Ingest and alerts write to the same feed at the same time, from different connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from prices import feed
from prices.feed import Event
from prices.models import Feed, FeedEvent, Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
NOON = utc("2026-07-14 19:00")
TIMES = 40


def ingest() -> None:
    """A new interval each time."""
    for number in range(TIMES):
        store([published(NOON + number * timedelta(minutes=5))], NOON + timedelta(hours=4))


def alert() -> None:
    """An event of somebody else's in a transaction of its own, as an alert is."""
    node = Node.objects.get(slug="sp15")
    for number in range(TIMES):
        with transaction.atomic():
            feed.append(node, [Event(FeedEvent.ALERT, {"number": number})], now=NOON)


def closing(work: Callable[[], None]) -> Callable[[], None]:
    """`work`, after which its thread's connection is closed."""

    def done() -> None:
        try:
            work()
        finally:
            connection.close()

    return done


def test_neither_waits_for_the_other_for_ever_and_no_number_is_missing() -> None:
    with ThreadPoolExecutor(3) as threads:
        for finished in [threads.submit(closing(work)) for work in (ingest, alert, alert)]:
            finished.result(timeout=60)
    numbers = FeedEvent.objects.filter(node__slug="sp15").values_list("seq", flat=True)
    assert sorted(numbers) == list(range(1, 3 * TIMES + 1))
    assert Feed.objects.get(node__slug="sp15").head == 3 * TIMES
