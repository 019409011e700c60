"""Running totals of transitions and deliveries for /metrics.

A row that can't change again is added once, in the transaction that marks it as counted. A scrape
adds the rows that are not counted yet. So no counter goes back when old rows are deleted, and a
million deliveries cost no more than a few.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from alerts.models import Delivery, Total, Transition

ANNOUNCED, DELIVERED, FAILED, TOOK = "told", "delivered", "failed", "took"
BUCKETS_S = (1, 2, 5, 10, 30, 60, 300, 3600)
# Not given-up deliveries, which can be tried again: /metrics has them as a gauge.
FINISHED = (Delivery.SENT, Delivery.IN_DIGEST, Delivery.DROPPED, Delivery.MUTED)
A_BATCH, MOST_BATCHES = 500, 20

Key = tuple[str, str, str]


class Figures:
    """Counts and amounts to add to the totals."""

    def __init__(self) -> None:
        self.counts: Counter[Key] = Counter()
        self.amounts: dict[Key, float] = defaultdict(float)

    def add(self, name: str, first: str, second: str = "", *, count: int = 1) -> Key:
        self.counts[name, first, second] += count
        return name, first, second

    def save(self) -> None:
        """Add them to the totals, in order, so that two processes can't deadlock."""
        for key, count in sorted(self.counts.items()):
            named: dict[str, Any] = dict(zip(("name", "first", "second"), key, strict=True))
            Total.objects.get_or_create(**named)
            added = {"count": F("count") + count, "amount": F("amount") + self.amounts[key]}
            Total.objects.filter(**named).update(**added)


def count_finished() -> int:
    """Add finished rows to the totals, in batches. Returns how many."""
    counted = 0
    for _ in range(MOST_BATCHES):
        deliveries = Delivery.objects.filter(counted=False, state__in=FINISHED)
        transitions = Transition.objects.filter(counted=False)
        batch = 0
        with transaction.atomic():
            batch += count_deliveries(first_ids(deliveries))
            batch += count_transitions(first_ids(transitions))
        counted += batch
        if not batch:
            break
    return counted


def first_ids(rows: QuerySet[Any]) -> list[int]:
    """The ids of one batch of rows."""
    return list(rows.order_by().values_list("pk", flat=True)[:A_BATCH])


def count_deliveries(ids: Sequence[int]) -> int:
    """Count deliveries that are not counted yet. Returns how many. Only inside a transaction.

    Of an unfinished delivery only the failures count: it is about to be deleted.
    """
    claimed_ids = claimed(Delivery.objects.filter(pk__in=ids, counted=False))
    announced_at = Coalesce("transition__at", "created_at")
    rows = Delivery.objects.filter(pk__in=claimed_ids).annotate(announced_at=announced_at)
    figures = Figures()
    columns = ("method__kind", "state", "failures", "announced_at", "sent_at")
    for kind, state, failures, announced, sent in rows.values_list(*columns):
        if failures:
            figures.add(FAILED, "", count=failures)
        if state in FINISHED:
            figures.add(DELIVERED, kind, state)
        if state == Delivery.SENT and sent is not None:
            took_s = seconds(announced, sent)
            figures.amounts[figures.add(TOOK, bucket(took_s))] += took_s
    figures.save()
    return len(claimed_ids)


def count_transitions(ids: Sequence[int]) -> int:
    """Count transitions that are not counted yet. Returns how many. Only inside a transaction."""
    claimed_ids = claimed(Transition.objects.filter(pk__in=ids, counted=False))
    figures = Figures()
    rows = Transition.objects.filter(pk__in=claimed_ids).values_list("alert__rule", "kind")
    for rule_id, kind in rows:
        figures.add(ANNOUNCED, str(rule_id), kind)
    figures.save()
    return len(claimed_ids)


def claimed(rows: QuerySet[Any]) -> list[int]:
    """Lock rows, mark them as counted, and return the ids of those that were not."""
    found = rows.select_for_update().order_by("pk")
    ids = list(found.values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=ids).update(counted=True)
    return ids


def seconds(announced: datetime, sent: datetime) -> float:
    """From an announcement until it was sent, to the millisecond."""
    return round((sent - announced).total_seconds(), 3)


def bucket(took_s: float) -> str:
    """The upper bound of the smallest bucket that holds it."""
    return str(next((float(most) for most in BUCKETS_S if took_s <= most), inf))
