"""Celery tasks for alerts alone: deliveries, digests, tidying."""

import structlog
from celery import shared_task
from celery.signals import worker_process_init, worker_process_shutdown
from django.utils import timezone

from alerts import retention, watching
from alerts.delivery.deliver import deliver_due, finish
from alerts.delivery.digest import write_digests, write_gathered
from alerts.totals import count_finished

log = structlog.get_logger(__name__)


@shared_task
def deliver() -> None:
    """Start sending what is in the outbox; a later call records messages that take long."""
    deliver_due(now=timezone.now())
    write_gathered(now=timezone.now())


@worker_process_shutdown.connect
def finish_sending(**_: object) -> None:
    """Celery replaces a worker's child now and then: finish what it is sending first."""
    finish(now=timezone.now())


@worker_process_init.connect
def watch(**_: object) -> None:
    """Beside its tasks each worker watches what all depend on."""
    watching.start()


@shared_task
def digest() -> None:
    """Put a digest of what quiet hours held back into the outbox, in the morning."""
    write_digests(now=timezone.now())


@shared_task
def tidy() -> None:
    """Add finished alerts and deliveries to the running totals."""
    count_finished()


@shared_task
def prune() -> None:
    """Delete alerts and deliveries that were kept long enough."""
    log.info("pruned", **retention.prune(now=timezone.now()))
