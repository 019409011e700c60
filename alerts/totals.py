"""Running totals of what was told and delivered: a scrape reads them, and what is not in them yet.

What can't change any more is counted once, in the transaction that says so on its row. So a figure
never goes back when old rows are thrown away, and costs the same at a million deliveries.
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

TOLD, DELIVERED, FAILED, TOOK = "told", "delivered", "failed", "took"
BUCKETS_S = (1, 2, 5, 10, 30, 60, 300, 3600)
# What is given up can be tried again, so that it is measured, as what is still to go out.
FINISHED = (Delivery.SENT, Delivery.IN_DIGEST, Delivery.DROPPED, Delivery.MUTED)
A_BATCH, MOST_BATCHES = 500, 20

Key = tuple[str, str, str]


class Figures:
    """Counts and amounts to add to the totals."""

    def __init__(self) -> None:
        self.counts: Counter[Key] = Counter()
        self.amounts: dict[Key, float] = defaultdict(float)

    def add(self, name: str, first: str, second: str = "", *, count: int = 1) -> Key:
        """Count something."""
        self.counts[name, first, second] += count
        return name, first, second

    def save(self) -> None:
        """Add them, in an order in which nobody blocks another."""
        for key, count in sorted(self.counts.items()):
            named: dict[str, Any] = dict(zip(("name", "first", "second"), key, strict=True))
            Total.objects.get_or_create(**named)
            more = {"count": F("count") + count, "amount": F("amount") + self.amounts[key]}
            Total.objects.filter(**named).update(**more)


def count_finished() -> int:
    """Take what is finished into the totals, so much at a time. Returns how many rows."""
    counted = 0
    for _ in range(MOST_BATCHES):
        deliveries = Delivery.objects.filter(counted=False, state__in=FINISHED)
        transitions = Transition.objects.filter(counted=False)
        more = 0
        with transaction.atomic():
            more += count_deliveries(first_ids(deliveries))
            more += count_transitions(first_ids(transitions))
        counted += more
        if not more:
            break
    return counted


def first_ids(rows: QuerySet[Any]) -> list[int]:
    """Some of these rows."""
    return list(rows.order_by().values_list("pk", flat=True)[:A_BATCH])


def count_deliveries(ids: Sequence[int]) -> int:
    """Count deliveries that are not counted yet; in a transaction, before they may be deleted.

    Of one that is not finished only the failures: it will never be.
    """
    ours = claimed(Delivery.objects.filter(pk__in=ids, counted=False))
    told_at = Coalesce("transition__at", "created_at")
    rows = Delivery.objects.filter(pk__in=ours).annotate(told_at=told_at)
    figures = Figures()
    columns = ("method__kind", "state", "failures", "told_at", "sent_at")
    for kind, state, failures, told, sent in rows.values_list(*columns):
        if failures:
            figures.add(FAILED, "", count=failures)
        if state in FINISHED:
            figures.add(DELIVERED, kind, state)
        if state == Delivery.SENT and sent is not None:
            took_s = seconds(told, sent)
            figures.amounts[figures.add(TOOK, bucket(took_s))] += took_s
    figures.save()
    return len(ours)


def count_transitions(ids: Sequence[int]) -> int:
    """Count transitions that are not counted yet; in a transaction."""
    ours = claimed(Transition.objects.filter(pk__in=ids, counted=False))
    figures = Figures()
    rows = Transition.objects.filter(pk__in=ours).values_list("alert__rule", "kind")
    for rule_id, kind in rows:
        figures.add(TOLD, str(rule_id), kind)
    figures.save()
    return len(ours)


def claimed(rows: QuerySet[Any]) -> list[int]:
    """Those of these rows that nobody else counts; locked until the end of the transaction."""
    found = rows.select_for_update().order_by("pk")
    ids = list(found.values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=ids).update(counted=True)
    return ids


def seconds(told: datetime, sent: datetime) -> float:
    """How long it took, to the millisecond."""
    return round((sent - told).total_seconds(), 3)


def bucket(took_s: float) -> str:
    """The upper bound of the smallest bucket that it lies in."""
    return str(next((float(most) for most in BUCKETS_S if took_s <= most), inf))
