"""The flow between the apps, on one page: from OASIS to a browser and an alert.

Every task finds out from the database what is left to do: a task that is lost, late, repeated or
out of order costs time, never data. Tasks that concern one app alone are in that app's `tasks.py`.
"""

from collections.abc import Callable
from functools import partial

import structlog
from celery import shared_task
from django.utils import timezone

from alerts.judging.evaluate import evaluate
from battery import asking, due
from battery.models import Battery
from caisoproject import retention
from caisoproject.publishing import project_each, publish
from market.markets import Market
from oasis.errors import OasisTrouble, OurMistake
from oasis.turns import NoTurn
from prices import closing, corrections, polling
from prices.feed import FeedRange
from prices.ingest import Ingested
from prices.models import Node
from prices.troubles import Isolation
from prices.unpublished import publish_all
from telemetry import traces

log = structlog.get_logger(__name__)
# Ten seconds for a turn and 55 for an answer (oasis.client); the rest to parse, store and judge.
asking_task = partial(shared_task, soft_time_limit=90)


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
    """Finish what a killed worker or a lost Redis left undone, and move on to the current hour."""
    feed_ranges = publish_all(now=timezone.now())
    # Judging needs no Redis: it comes first, so that it is done even if Redis is away.
    feed_ranges += evaluate(now=timezone.now())
    project_each(Node.objects.tracked())
    publish(feed_ranges)


def ask(request: Callable[[], Ingested]) -> None:
    """Make a request and publish what it brought; after a failure the next tick asks again.

    A query that OASIS rejects as wrong is our own mistake: it fails the task, for all to see.
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
        publish(ingested.feed_ranges + judged())
        wake_where_a_battery_is(ingested.feed_ranges)


def wake_where_a_battery_is(feed_ranges: list[FeedRange]) -> None:
    """New prices may change what a battery should do; what is missed here, the next tick finds."""
    slugs = {feed_range.slug for feed_range in feed_ranges}
    if Battery.objects.filter(active=True, node__slug__in=slugs).exists():
        asking.wake()


@shared_task
def wake_analyst() -> None:
    """Have the analyst calculate whatever is due."""
    now = timezone.now()
    if due.advice_is_due(now=now):
        asking.wake()
    elif due.advice_is_near(now=now):
        asking.prepare()
    if due.settling_is_due(now=now):
        asking.ask_to_settle()
    for backtest_id in due.backtests_waiting(now=now):
        asking.ask_backtest(backtest_id)


@shared_task
def prune() -> None:
    """Delete what was kept long enough, of every app but prices and alerts."""
    log.info("pruned", **retention.prune(now=timezone.now()))


def judged() -> list[FeedRange]:
    """Judge the rules and return what to announce; if that fails, `catch_up` will do it."""
    news: list[FeedRange] = []
    judging = Isolation("judging", now=timezone.now())
    with traces.span("rules"), judging.each("all rules"):
        news += evaluate(now=timezone.now())
    return news
