"""Polling: the newest prices of all tracked nodes, ten at a time, and what a missed poll left.

Nothing is remembered between two polls but what is in the database.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from market.markets import Market
from oasis.errors import OasisTrouble
from oasis.query import PriceQuery
from oasis.turns import Priority
from prices import budget, gaps, planner, schedule, standings
from prices.ingest import Ingested, ingest, oasis
from prices.models import FetchRun, Node
from prices.publication_delay import publication_delay
from prices.resting import OUTAGE

# A little more than one request of somebody else would hold the five-minute poll up.
SOON = timedelta(seconds=7)
PRIORITIES = {
    Market.RTM: Priority.FIRST,
    Market.RTPD: Priority.IF_FREE,
    Market.DAM: Priority.IF_FREE,
}


def poll(market: Market, *, now: datetime) -> Ingested:
    """Make the one request of `market` that is due most, if any is; the next tick makes the next.

    Raises the errors of `oasis_errors`, and NoTurn.
    """
    nodes = list(Node.objects.tracked())
    if not nodes or standings.left_alone(now=now):
        return Ingested()
    known = standings.known(market, nodes, now=now)
    if not planner.next_group(market, known, now=now, pace=pace(len(nodes))):
        if market is Market.RTM and planner.next_group(
            market, known, now=now + SOON, pace=pace(len(nodes))
        ):
            oasis().turns.reserve(SOON.total_seconds())
        return Ingested()
    with oasis().turns.only_one(f"polling:{market}") as mine:
        return poll_due(market, nodes, now=now) if mine else Ingested()


def poll_due(market: Market, nodes: Sequence[Node], *, now: datetime) -> Ingested:
    """Make the request, unless another worker has just made it."""
    known = standings.known(market, nodes, now=now)
    group = planner.next_group(market, known, now=now, pace=pace(len(nodes)))
    if not group:
        return Ingested()
    chosen = [node for node in nodes if node.pk in group]
    due = [n for n in chosen if schedule.due(market, known[n.pk], now=now, pace=pace(len(nodes)))]
    riders = [node for node in chosen if node not in due]
    recent = standings.starts_held(market, due, now - schedule.RECENT, now + timedelta(days=2))
    since = now - timedelta(hours=settings.HISTORY_HOURS)
    lacking = [(known[node.pk], recent[node.pk]) for node in due]
    start, end = planner.window(market, lacking, since=since, now=now)
    try:
        ingested = ask(market, chosen, start, end, FetchRun.POLL, now=now)
    except OasisTrouble as fault:
        if fault.outcome in OUTAGE:
            standings.note_poll(market, due, riders, answered=False, now=now)
        else:
            standings.note_refusal(market, due, now=now)
        raise
    standings.note_poll(market, due, riders, answered=True, now=now)
    return ingested


def pace(nodes: int) -> schedule.Pace:
    """How often this deployment asks at most: many nodes leave half of the turns to others."""
    least = budget.shortest_round(nodes, settings.OASIS_SECONDS_BETWEEN_REQUESTS)
    return schedule.Pace(
        max(timedelta(seconds=settings.POLL_SECONDS), least),
        max(timedelta(seconds=settings.POLL_SECONDS_NIGHT), least),
    )


def ask(
    market: Market,
    nodes: Sequence[Node],
    start: datetime,
    end: datetime,
    purpose: str,
    *,
    now: datetime,
) -> Ingested:
    """Ingest [start, end) for up to ten nodes.

    What a request for gaps does not bring is put down in the ledger, also where OASIS refuses it.
    One that met trouble was not in vain, but its gaps rest: that may be all that is in trouble.
    """
    query = PriceQuery(market, tuple(node.oasis_name for node in nodes), start, end)
    priority = PRIORITIES[market] if purpose == FetchRun.POLL else Priority.LAST
    try:
        ingested = ingest(query, priority, purpose)
    except OasisTrouble as fault:
        if purpose == FetchRun.GAP:
            counts = fault.outcome not in OUTAGE
            note_vain(market, nodes, start, end, counts=counts, now=now)
        raise
    if purpose in FetchRun.FOR_GAPS:
        note_vain(market, nodes, start, end, now=now)
    return ingested


def note_vain(
    market: Market,
    nodes: Sequence[Node],
    start: datetime,
    end: datetime,
    *,
    counts: bool = True,
    now: datetime,
) -> None:
    """Put down in the ledger what is still missing of [start, end), so far as it should be out."""
    delay = publication_delay(market, nodes)
    gaps.note_asked(nodes, market, start, end, delay=delay, counts=counts, now=now)
