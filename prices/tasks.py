"""Celery tasks for prices alone: tidying. Fetching is in `caisoproject/tasks.py`."""

import structlog
from celery import shared_task
from django.utils import timezone

from prices import retention
from prices.projection import forget_untracked
from prices.troubles import forget_old

log = structlog.get_logger(__name__)


@shared_task
def tidy() -> None:
    """Remove from Redis what is no longer tracked."""
    if gone := forget_untracked():
        log.info("no longer in Redis", slugs=gone)


@shared_task
def prune() -> None:
    """Delete feed events, fetch runs and archives that were kept long enough, and old troubles."""
    now = timezone.now()
    log.info("pruned", troubles=forget_old(now=now), **retention.prune(now=now))
