"""The flow between the apps, on one page: from OASIS to a browser and an alert.

Every task works out from the database what is missing and does that: a lost, late, doubled or
reordered task costs time, never data.
"""

from collections.abc import Callable

import structlog
from celery import shared_task
from django.utils import timezone

from alerts.deliver import deliver_due
from alerts.digest import write_digests, write_gathered
from alerts.evaluate import evaluate
from dashboard.broadcast import announce
from prices import corrections, polling, retention
from prices.fault_points import fault_point
from prices.feed import Publication
from prices.ingest import Ingested
from prices.market import Market
from prices.models import Node
from prices.oasis_errors import OasisTrouble, OurMistake
from prices.politeness import NoToken
from prices.projection import project

log = structlog.get_logger(__name__)


@shared_task
def poll(market: str) -> None:
    """Ask for what a market should have published by now."""
    ask(lambda: polling.poll(Market(market), now=timezone.now()))


@shared_task
def close_gaps() -> None:
    """Ask for one stretch of missing history that polls no longer reach."""
    ask(lambda: polling.close_oldest_gap(now=timezone.now()))


@shared_task
def sweep_corrections() -> None:
    """Make the next check for corrected prices that is due today."""
    ask(lambda: corrections.sweep_next(now=timezone.now()))


@shared_task
def catch_up() -> None:
    """Tell what a killed worker or a lost Redis left untold, and roll the day-ahead hour over."""
    for node in Node.objects.tracked():
        project(node, now=timezone.now())
    tell(evaluate(now=timezone.now()))


@shared_task
def deliver() -> None:
    """Begin to send what is in the outbox; what takes longer is put down by the next tick."""
    deliver_due(now=timezone.now())
    write_gathered(now=timezone.now())


@shared_task
def digest() -> None:
    """Write what quiet hours held back into the outbox, in the morning."""
    write_digests(now=timezone.now())


@shared_task
def prune() -> None:
    """Throw away what was kept long enough."""
    log.info("pruned", **retention.prune(now=timezone.now()))


def ask(request: Callable[[], Ingested]) -> None:
    """Make a request and tell what it brought; the next tick asks again where it failed.

    A query that OASIS refuses is our own mistake: it fails the task, for all to see.
    """
    try:
        ingested = request()
    except OurMistake:
        raise
    except NoToken as fault:
        log.debug("no turn", detail=str(fault))
        return
    except OasisTrouble as fault:
        log.info("nothing from OASIS", outcome=fault.outcome, detail=str(fault))
        return
    if ingested.publications:
        tell(ingested.publications)
        tell(evaluate(now=timezone.now()))


def tell(publications: list[Publication]) -> None:
    """Project what is new into Redis and announce it to every web process."""
    for publication in publications:
        project(Node.objects.get(slug=publication.slug), now=timezone.now())
        fault_point("projected")
        announce(publication)
        fault_point("announced")
