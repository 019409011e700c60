"""Polling: the newest prices of all tracked nodes, and what a missed poll left behind.

Nothing is remembered between two polls but what is in the database.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from prices import gaps, schedule
from prices.ingest import Ingested, ingest, oasis
from prices.intervals import day_bounds, floor, operating_date
from prices.market import Market
from prices.models import FetchRun, Node, Price
from prices.oasis_query import PriceQuery, groups, windows
from prices.politeness import Manner
from prices.publication import publication_delay

# A little more than one request of somebody else would hold the five-minute poll up.
SOON = timedelta(seconds=7)
MANNERS = {
    Market.RTM: Manner.FIRST,
    Market.RTPD: Manner.PASSING,
    Market.DAM: Manner.PASSING,
}


def poll(market: Market, *, now: datetime) -> Ingested:
    """Ask for what `market` should have published by now, if a request is due.

    Raises the errors of `oasis_errors`, and NoToken.
    """
    nodes = list(Node.objects.tracked())
    if not nodes:
        return Ingested()
    known = held(market, nodes, now=now)
    if not schedule.due(market, known, now=now, pace=pace()):
        if market is Market.RTM and schedule.due(market, known, now=now + SOON, pace=pace()):
            oasis().politeness.reserve(SOON.total_seconds())
        return Ingested()
    with oasis().politeness.only_one(f"polling:{market}") as mine:
        return poll_due(market, nodes, known, now=now) if mine else Ingested()


def poll_due(
    market: Market, nodes: Sequence[Node], known: schedule.Held, *, now: datetime
) -> Ingested:
    """One request for every ten nodes."""
    ingested = Ingested()
    for some in groups(nodes):
        start, end = window(market, some, known, now=now)
        ingested.add(ask(market, some, start, end, FetchRun.POLL, now=now))
    return ingested


def ask(
    market: Market,
    nodes: Sequence[Node],
    start: datetime,
    end: datetime,
    purpose: str,
    *,
    now: datetime,
) -> Ingested:
    """Ingest [start, end) for up to ten nodes, and put down in the ledger what did not come."""
    query = PriceQuery(market, tuple(node.oasis_name for node in nodes), start, end)
    manner = MANNERS[market] if purpose == FetchRun.POLL else Manner.PATIENT
    ingested = ingest(query, manner, purpose)
    gaps.note_asked(nodes, market, start, end, delay=publication_delay(market, nodes), now=now)
    return ingested


def held(market: Market, nodes: Sequence[Node], *, now: datetime) -> schedule.Held:
    """What is held of `market`, by the node that has least, and when it was last asked for."""
    newest = [newest_interval(node, market) for node in nodes]
    known = [moment for moment in newest if moment is not None]
    least = min(known) if known and len(known) == len(newest) else None
    # What lies in the future was asked before the clock stepped back: it says nothing.
    polls = FetchRun.objects.filter(purpose=FetchRun.POLL, market=market.value, started_at__lte=now)
    last = polls.order_by("-started_at").first()
    return schedule.Held(
        newest=least,
        complete_until=None if least is None else least + market.interval,
        last_asked=None if last is None else last.started_at,
        last_was_trouble=last is not None and last.outcome not in FetchRun.ANSWERED,
        delay=publication_delay(market, nodes),
    )


def newest_interval(node: Node, market: Market) -> datetime | None:
    """The start of the newest interval held."""
    newest: datetime | None = Price.objects.of(node, market).aggregate(
        newest=Max("interval_start")
    )["newest"]
    return newest


def pace() -> schedule.Pace:
    """How often this deployment asks at most."""
    return schedule.Pace(
        timedelta(seconds=settings.POLL_SECONDS), timedelta(seconds=settings.POLL_SECONDS_NIGHT)
    )


def window(
    market: Market, nodes: Sequence[Node], known: schedule.Held, *, now: datetime
) -> tuple[datetime, datetime]:
    """What to ask for: from the oldest open gap of the last hours to what may just be out.

    The day-ahead market is asked for by whole days, today and tomorrow at the least.
    """
    end = schedule.window_end(market, now=now)
    since = now - timedelta(hours=settings.HISTORY_HOURS)
    until = schedule.published_until(market, known.delay, now=now)
    gap = gaps.oldest_open(nodes, market, since, until, now=now)
    if market is Market.DAM:
        start = day_bounds(operating_date(min(gap or now, now)))[0]
    else:
        newest = known.newest + market.interval if known.newest else floor(now, market)
        start = min(gap or newest, newest)
        start = max(start, floor(since, market))
    return start, max(end, start + market.interval)


def close_oldest_gap(*, now: datetime) -> Ingested:
    """Ask for one stretch of history that polls no longer reach, of one market at one node.

    One request a call: the next call finds what is left.
    """
    for market in Market:
        until = floor(now - timedelta(hours=settings.HISTORY_HOURS), market)
        for node in Node.objects.tracked():
            since = gaps.watched_since(node, market, now=now)
            gap = since and gaps.oldest_open([node], market, since, until, now=now)
            if gap:
                start, end = next(windows(gap, until, market, 1))
                return ask(market, [node], start, end, FetchRun.GAP, now=now)
    return Ingested()
