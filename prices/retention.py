"""What is deleted, and when. Prices and their revisions are kept for ever."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from prices import archives, feed
from prices.models import FeedEvent, FetchRun

# Deliveries wait for it: a call takes a second or two, and leaves the rest for the next.
A_BATCH, MOST_BATCHES = 500, 20


def prune(*, now: datetime) -> dict[str, int]:
    """Remove old feed events, fetch runs and archives. Returns how many of each."""
    events, _ = FeedEvent.objects.filter(created_at__lt=now - feed.KEPT).delete()
    old = now - timedelta(days=settings.FETCH_RUNS_KEPT_DAYS)
    runs = in_batches(FetchRun.objects.filter(started_at__lt=old), delete_runs)
    return {
        "events": events,
        "fetch runs": runs,
        "archives": archives.prune(settings.ARCHIVE_DIR, now=now),
    }


def in_batches(rows: QuerySet[Any], delete: Callable[[Sequence[int]], None]) -> int:
    """Delete rows by their ids, few enough per transaction that others do not wait for long.

    What is more than that is left for the next call. Returns how many.
    """
    count = 0
    for _ in range(MOST_BATCHES):
        ids = list(rows.order_by().values_list("pk", flat=True)[:A_BATCH])
        if not ids:
            break
        with transaction.atomic():
            delete(ids)
        count += len(ids)
    return count


def delete_runs(ids: Sequence[int]) -> None:
    FetchRun.objects.filter(pk__in=ids).delete()
