"""What is thrown away, and when. Prices and their revisions never are."""

from datetime import datetime, timedelta

from django.conf import settings

from prices import archives, feed
from prices.models import FeedEvent, FetchRun

FETCH_RUNS_KEPT = timedelta(days=90)


def prune(*, now: datetime) -> dict[str, int]:
    """Remove old feed events, fetch runs and archives. Returns how many of each."""
    events, _ = FeedEvent.objects.filter(created_at__lt=now - feed.KEPT).delete()
    runs, _ = FetchRun.objects.filter(started_at__lt=now - FETCH_RUNS_KEPT).delete()
    return {
        "events": events,
        "fetch runs": runs,
        "archives": archives.prune(settings.ARCHIVE_DIR, now=now),
    }
