"""Polling: the newest prices of all tracked nodes, ten at a time, and what a missed poll left out.

Between two polls, all state is in the database.
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

# A little longer than another request can hold up the five-minute poll.
RESERVE_AHEAD = timedelta(seconds=7)
PRIORITIES = {
    Market.RTM: Priority.FIRST,
    Market.RTPD: Priority.IF_FREE,
    Market.DAM: Priority.IF_FREE,
}
# Workers wait for no turn but the first: gaps and corrections share a process with the polls.
OTHER_PRIORITIES = {
    FetchRun.GAP: Priority.SPARE,
    FetchRun.SWEEP: Priority.SPARE,
    FetchRun.BACKFILL: Priority.LAST,
}


def poll(market: Market, *, now: datetime) -> Ingested:
    """Make one request of `market`, for the nodes that have waited longest, if any is due.

    Raises the errors of `oasis.errors`, and NoTurn.
    """
    nodes = list(Node.objects.tracked())
    if not nodes or standings.left_alone(now=now):
        return Ingested()
    known = standings.known(market, nodes, now=now)
    if not planner.next_group(market, known, now=now, pace=pace(len(nodes))):
        if market is Market.RTM and planner.next_group(
            market, known, now=now + RESERVE_AHEAD, pace=pace(len(nodes))
        ):
            oasis().turns.reserve(RESERVE_AHEAD.total_seconds())
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
    """The pace of polls: with many nodes, slow enough to leave half of the turns to others."""
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
    """Ingest [start, end) for up to ten nodes. Raises the errors of `oasis.errors`, and NoTurn.

    What a request for gaps did not bring is noted in the gap ledger, also if OASIS refused it. If
    OASIS was in trouble, that does not count as in vain, but the gaps rest: perhaps only this
    window fails.
    """
    query = PriceQuery(market, tuple(node.oasis_name for node in nodes), start, end)
    priority = OTHER_PRIORITIES.get(purpose) or PRIORITIES[market]
    try:
        ingested = ingest(query, priority, purpose)
    except OasisTrouble as fault:
        if purpose == FetchRun.GAP:
            counts = fault.outcome not in OUTAGE
            note_missing(market, nodes, start, end, counts=counts, now=now)
        raise
    if purpose in FetchRun.FOR_GAPS:
        note_missing(market, nodes, start, end, now=now)
    return ingested


def note_missing(
    market: Market,
    nodes: Sequence[Node],
    start: datetime,
    end: datetime,
    *,
    counts: bool = True,
    now: datetime,
) -> None:
    """Note in the gap ledger what is still missing of [start, end) and should be out."""
    delay = publication_delay(market, nodes)
    gaps.note_asked(nodes, market, start, end, delay=delay, counts=counts, now=now)
