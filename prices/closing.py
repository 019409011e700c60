"""Closing gaps that are older than polls look back, one request for each range."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from market.intervals import day_bounds, floor, operating_date
from market.markets import Market
from oasis.query import LONGEST_WINDOW, MOST_NODES, windows
from prices import gaps, readings, standings
from prices.gap_ranges import Range, first_joined, ranges
from prices.ingest import Ingested
from prices.models import FetchRun, Node, Standing
from prices.polling import ask
from prices.schedule import RECENT

# Parsed and stored in 3 s, before the next turn comes: no poll has to wait longer for it.
MOST_ROWS = 40_000


def close_oldest_gap(*, now: datetime) -> Ingested:
    """Ask for one missing range of one market, for every node that lacks any of it.

    Makes at most one request; the next call finds what is left. Raises the errors of
    `oasis.errors`, and NoTurn.
    """
    if standings.left_alone(now=now):
        return Ingested()
    nodes = list(Node.objects.tracked())
    for market in Market:
        watching = watched(market, now=now)
        known = {row.node_id: row for row in Standing.objects.filter(market=market.value)}
        for node in nodes:
            where, standing = watching.get(node.pk), known.get(node.pk)
            if where and (gap := oldest_range(node, market, where, standing, now=now)):
                before = [node for node in nodes if holds_before(gap, watching.get(node.pk))]
                return close(market, node, before, gap, now=now)
    return Ingested()


def watched(market: Market, *, now: datetime) -> dict[int, Range]:
    """By tracked node: where gaps count. Nodes that OASIS keeps nothing of are left out."""
    nodes = Node.objects.tracked()
    newest = readings.newest_starts(market, nodes)
    return {
        pk: Range(since, watched_until(market, newest[pk], now=now))
        for pk, since in gaps.watched_since(market, nodes, now=now).items()
        if pk in newest
    }


def holds_before(gap: Range, where: Range | None) -> bool:
    """Whether a node, whose gaps count within `where`, had prices before `gap`."""
    return where is not None and where.start <= gap.start


def close(
    market: Market, first: Node, nodes: Sequence[Node], gap: Range, *, now: datetime
) -> Ingested:
    """Ask for a range, for its node and those of `nodes` that lack some of it."""
    lacking = (node for node in nodes if node != first and lacks(node, market, gap, now=now))
    others = list(islice(lacking, MOST_NODES - 1))
    start, end = next(windows(*gap, market, 1 + len(others), MOST_ROWS))
    return ask(market, [first, *others], start, end, FetchRun.GAP, now=now)


def lacks(node: Node, market: Market, gap: Range, *, now: datetime) -> bool:
    """Whether a node may be asked for prices within `gap` now."""
    return bool(gaps.open_gaps(node, market, *gap, now=now))


def watched_until(market: Market, newest: datetime, *, now: datetime) -> datetime:
    """Where to stop looking for gaps: polls take care of what follows the newest price."""
    if market is Market.DAM:
        return min(newest, day_bounds(operating_date(now))[0])
    return min(newest, floor(now - RECENT, market))


def oldest_range(
    node: Node, market: Market, where: Range, standing: Standing | None, *, now: datetime
) -> Range | None:
    """The oldest range within `where` that may be asked for now.

    How far everything is settled is stored, so that years of prices are not counted at every tick.
    """
    since, until = where
    if standing is None:
        standing, _ = Standing.objects.get_or_create(node=node, market=market.value)
    settled = settled_until(standing, since)
    found = None
    unbroken = True
    for start, end in gaps.stretches(settled, until):
        if gaps.is_settled(node, market, start, end):
            settled = end if unbroken else settled
            continue
        unbroken = False
        if open_starts := gaps.open_gaps(node, market, start, end, now=now):
            found = first_joined(ranges(open_starts, market), longest=LONGEST_WINDOW)
            break
    save_settled(standing, since, settled)
    return found


def settled_until(standing: Standing, since: datetime) -> datetime:
    """Where to begin: at the very start if a backfill has brought older prices since."""
    if standing.complete_from is None or standing.complete_until is None:
        return since
    return max(since, standing.complete_until) if since >= standing.complete_from else since


def save_settled(standing: Standing, since: datetime, until: datetime) -> None:
    """Store how far everything is settled."""
    if (standing.complete_from, standing.complete_until) != (since, until):
        Standing.objects.filter(pk=standing.pk).update(complete_from=since, complete_until=until)
