"""How old prices are, what is missing, and what OASIS answers: for `/metrics`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from market.markets import Market
from prices import budget, readings, standings
from prices.models import FetchRun, Gap, Node, RequestTotal
from prices.schedule import late_by
from telemetry.catalog.read import PRICES
from telemetry.sample import Sample, zeros

SECOND = timedelta(seconds=1)


def samples(*, now: datetime) -> Iterator[Sample]:
    """A few queries, each along an index, whatever the number of prices."""
    nodes = list(Node.objects.tracked())
    yield Sample("caiso_tracked_nodes", len(nodes))
    yield from requests(nodes)
    yield from last_answer(now=now)
    for market in Market:
        yield from freshness(market, nodes, now=now)
    yield from gaps()


def requests(nodes: list[Node]) -> Iterator[Sample]:
    """What OASIS was asked, what came of it, and how much of its limit the nodes need."""
    yield from zeros("caiso_oasis_requests", PRICES)
    for report, outcome, count, seconds in RequestTotal.objects.values_list(
        "report", "outcome", "count", "seconds"
    ):
        labels = {"report": report, "outcome": outcome}
        yield Sample("caiso_oasis_requests", count, labels)
        yield Sample("caiso_oasis_request_seconds", seconds, labels)
    needed = budget.needed_per_minute(len(nodes))
    given = budget.given_per_minute(settings.OASIS_SECONDS_BETWEEN_REQUESTS)
    yield Sample("caiso_oasis_requests_needed_per_minute", needed)
    yield Sample("caiso_oasis_requests_given_per_minute", given)


def last_answer(*, now: datetime) -> Iterator[Sample]:
    """How long OASIS has been silent; if it never answered, since it was first asked."""
    moments = FetchRun.objects.values_list("started_at", flat=True)
    answered = moments.filter(outcome__in=FetchRun.ANSWERED).order_by("-started_at")
    at = answered.first() or moments.order_by("started_at").first()
    if at is not None:
        yield Sample("caiso_oasis_last_answer_age_seconds", max(0.0, (now - at) / SECOND))


def freshness(market: Market, nodes: list[Node], *, now: datetime) -> Iterator[Sample]:
    """Of each node that ever had a price: its newest interval's age, and how late the next is."""
    newest = readings.newest_starts(market, Node.objects.tracked())
    delay = standings.delay_learned(market, nodes, newest)
    if delay is not None:
        labels = {"market": market.value}
        yield Sample("caiso_publication_delay_seconds", delay / SECOND, labels)
    for node in nodes:
        if start := newest.get(node.pk):
            labels = {"node": node.slug, "market": market.value}
            age_s = max(0.0, (now - start) / SECOND)
            late_s = late_by(market, start, delay, now=now) / SECOND
            yield Sample("caiso_newest_interval_age_seconds", age_s, labels)
            yield Sample("caiso_price_late_seconds", late_s, labels)


def gaps() -> Iterator[Sample]:
    """The gaps that are asked for again, 0 of a market without one."""
    rows = Gap.objects.filter(given_up_at=None).order_by().values_list("market")
    counts = dict(rows.annotate(Count("pk")))
    for market in Market:
        labels = {"market": market.value}
        yield Sample("caiso_gaps_open", counts.get(market.value, 0), labels)
