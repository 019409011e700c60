"""Which nodes the next request asks for, and from when on. Pure.

One request takes ten nodes, and each tick makes one request at most, for the nodes that have
waited longest. So any number of nodes take turns, and none is left out.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from market.intervals import ceiling, day_bounds, floor, operating_date
from market.markets import Market
from oasis.query import MOST_NODES
from prices.gap_ranges import missing
from prices.resting import PATIENCE
from prices.schedule import DEFAULT_PACE, RECENT, Held, Pace, due, window_end

NEVER = datetime.min.replace(tzinfo=UTC)
# The last intervals are asked for again: some are corrected within minutes.
SEEN_AGAIN = 3


def next_group(
    market: Market, held: Mapping[int, Held], *, now: datetime, pace: Pace = DEFAULT_PACE
) -> list[int]:
    """The ids of the nodes in the next request; none if nothing is due.

    Nodes that never had a price are not mixed with those that had one, as OASIS may refuse their
    names. Nor are nodes that are far behind, as they need a longer window.
    """
    waiting = [node for node, known in held.items() if due(market, known, now=now, pace=pace)]
    if not waiting:
        return []
    waiting.sort(key=lambda node: (last_asked(held[node], now), node))
    kind = kind_of(market, held[waiting[0]], now=now)
    group = [node for node in waiting if kind_of(market, held[node], now=now) == kind]
    if kind == (True, False):
        group += silent(market, held, waiting)
    return group[:MOST_NODES]


def silent(market: Market, held: Mapping[int, Held], waiting: Collection[int]) -> list[int]:
    """Nodes that have fallen silent: they are asked for too if there is room."""
    return [
        node
        for node, known in held.items()
        if node not in waiting and known.newest and known.vain > PATIENCE[market]
    ]


def last_asked(known: Held, now: datetime) -> datetime:
    """When a node was last asked for; a time in the future (a clock step) counts as never."""
    last = known.last_asked
    return NEVER if last is None or last > now else last


def kind_of(market: Market, known: Held, *, now: datetime) -> tuple[bool, bool]:
    """Whether a node ever had a price, and whether it is far behind."""
    if known.newest is None:
        return False, False
    return True, market is not Market.DAM and known.newest + market.interval < now - RECENT


def window(
    market: Market,
    held: Collection[tuple[Held, Collection[datetime]]],
    *,
    since: datetime,
    now: datetime,
) -> tuple[datetime, datetime]:
    """What to ask for: from just before the first missing interval to the newest that may be out.

    `held` has the nodes that are due, each with the interval starts held of the last hours
    (`RECENT`). Nothing before `since` is asked for. Of the day-ahead market whole days are asked
    for, at least today and tomorrow.
    """
    end = window_end(market, now=now)
    if market is Market.DAM:
        oldest = min(max(known.newest or since, since) for known, _ in held)
        return day_bounds(operating_date(min(oldest, now)))[0], end
    missing_from = min(first_missing(market, *one, since=since, now=now) for one in held)
    first = missing_from - SEEN_AGAIN * market.interval
    start = max(floor(first, market), ceiling(since, market))
    return start, max(end, start + market.interval)


def first_missing(
    market: Market,
    known: Held,
    recent: Collection[datetime],
    *,
    since: datetime,
    now: datetime,
) -> datetime:
    """The first interval that a poll should bring for one node."""
    if known.newest is None:
        return since
    following = known.newest + market.interval
    late = missing(recent, now - RECENT, min(following, now), market)
    # What is missing before a node's first price is not late.
    late = [moment for moment in late if not recent or moment > min(recent)] or [following]
    return min(late[0], following)
