"""The flow between the apps, on one page: from OASIS to a browser and an alert.

Every task works out from the database what is missing and does that: a lost, late, doubled or
reordered task costs time, never data.
"""

from collections.abc import Callable, Iterable
from functools import partial

import redis
import structlog
from celery import shared_task
from celery.signals import worker_process_shutdown
from django.utils import timezone

from alerts import retention as alerts_retention
from alerts.delivery.deliver import deliver_due, finish
from alerts.delivery.digest import write_digests, write_gathered
from alerts.judging.evaluate import evaluate
from alerts.totals import count_finished
from live.broadcast import announce
from market.markets import Market
from oasis.errors import OasisTrouble, OurMistake
from oasis.turns import NoTurn
from prices import closing, corrections, polling, retention
from prices.fault_points import fault_point
from prices.feed import FeedRange
from prices.ingest import Ingested
from prices.models import Node
from prices.projection import forget_untracked, project
from prices.troubles import Apart, forget_old
from prices.unpublished import publish_all

log = structlog.get_logger(__name__)
# A turn may be waited for, and then the answer has its time (oasis.client).
asking_task = partial(shared_task, soft_time_limit=110)


@asking_task()
def poll(market: str) -> None:
    """Ask for what a market should have published by now."""
    ask(lambda: polling.poll(Market(market), now=timezone.now()))


@asking_task()
def close_gaps() -> None:
    """Ask for one stretch of missing history that polls no longer reach."""
    ask(lambda: closing.close_oldest_gap(now=timezone.now()))


@asking_task()
def sweep_corrections() -> None:
    """Make the next check for corrected prices that is due today."""
    ask(lambda: corrections.sweep_next(now=timezone.now()))


@shared_task
def catch_up() -> None:
    """Publish what a killed worker or a lost Redis left, and roll the day-ahead hour over."""
    feed_ranges = publish_all(now=timezone.now())
    # Rules need no Redis: they are judged first, whatever becomes of it.
    feed_ranges += evaluate(now=timezone.now())
    project_each(Node.objects.tracked())
    tell(feed_ranges)


@shared_task
def deliver() -> None:
    """Begin to send what is in the outbox; what takes longer is put down by the next tick."""
    deliver_due(now=timezone.now())
    write_gathered(now=timezone.now())


@worker_process_shutdown.connect
def finish_sending(**_: object) -> None:
    """A worker's child is replaced now and then: what it is sending is put down before it ends."""
    finish(now=timezone.now())


@shared_task
def digest() -> None:
    """Write what quiet hours held back into the outbox, in the morning."""
    write_digests(now=timezone.now())


@shared_task
def prune() -> None:
    """Throw away what was kept long enough."""
    now = timezone.now()
    pruned = {**retention.prune(now=now), **alerts_retention.prune(now=now)}
    log.info("pruned", troubles=forget_old(now=now), **pruned)


@shared_task
def tidy() -> None:
    """Take what is finished into the totals, and from Redis what is no longer tracked."""
    count_finished()
    if gone := forget_untracked():
        log.info("no longer in Redis", slugs=gone)


def ask(request: Callable[[], Ingested]) -> None:
    """Make a request and tell what it brought; the next tick asks again where it failed.

    A query that OASIS refuses is our own mistake: it fails the task, for all to see.
    """
    try:
        ingested = request()
    except OurMistake:
        raise
    except NoTurn as fault:
        log.debug("no turn", detail=str(fault))
        return
    except OasisTrouble as fault:
        log.info("nothing from OASIS", outcome=fault.outcome, detail=str(fault))
        return
    if ingested.feed_ranges:
        tell(ingested.feed_ranges + judged())


def judged() -> list[FeedRange]:
    """What rules make of what came; nothing where they can't be judged now, the next tick does."""
    told: list[FeedRange] = []
    with Apart("judging", now=timezone.now()).each("all rules"):
        told += evaluate(now=timezone.now())
    return told


def tell(feed_ranges: list[FeedRange]) -> None:
    """Project what is new into Redis and announce it to every web process."""
    slugs = {feed_range.slug for feed_range in feed_ranges}
    project_each(Node.objects.filter(slug__in=slugs).order_by("pk"))
    publishing = Apart("publishing", now=timezone.now())
    for feed_range in feed_ranges:
        with publishing.each(feed_range.slug):
            announce(feed_range)
            fault_point("announced")


def project_each(nodes: Iterable[Node]) -> None:
    """Bring Redis up to date, each node by itself. Where Redis is away, it is so for all of them:
    whoever waits for it once has waited long enough."""
    projecting = Apart("projecting", now=timezone.now())
    for node in nodes:
        with projecting.each(node.slug):
            project(node, now=timezone.now())
            fault_point("projected")
        if isinstance(projecting.fault, redis.ConnectionError | redis.TimeoutError):
            return
