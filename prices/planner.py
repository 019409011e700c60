"""Which nodes the next request asks for, and from when on. Pure.

One request takes ten nodes. Each tick makes one at most, for those who have waited longest, so
that any number of nodes is asked for in turn and none is starved.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from market.intervals import ceiling, day_bounds, floor, operating_date
from market.markets import Market
from oasis.query import MOST_NODES
from prices.gap_ranges import missing
from prices.resting import PATIENCE
from prices.schedule import RECENT, UNHURRIED, Held, Pace, due, window_end

NEVER = datetime.min.replace(tzinfo=UTC)
# The last intervals are asked for again along the way: some are corrected within minutes.
SEEN_AGAIN = 3


def next_group(
    market: Market, held: Mapping[int, Held], *, now: datetime, pace: Pace = UNHURRIED
) -> list[int]:
    """The nodes of the next request, by their numbers; none where nothing is due.

    A node that never had a price is asked for apart from those that had: whatever OASIS says to
    its name, it says of it alone. So is one that is far behind: its window is longer.
    """
    waiting = [node for node, known in held.items() if due(market, known, now=now, pace=pace)]
    if not waiting:
        return []
    waiting.sort(key=lambda node: (asked(held[node], now), node))
    kind = kind_of(market, held[waiting[0]], now=now)
    group = [node for node in waiting if kind_of(market, held[node], now=now) == kind]
    if kind == (True, False):
        group += resting(market, held, waiting)
    return group[:MOST_NODES]


def resting(market: Market, held: Mapping[int, Held], waiting: Collection[int]) -> list[int]:
    """The nodes that have fallen silent: where there is room they are asked for along the way."""
    return [
        node
        for node, known in held.items()
        if node not in waiting and known.newest and known.vain > PATIENCE[market]
    ]


def asked(known: Held, now: datetime) -> datetime:
    """When a node was last asked for; one from before a clock step counts as never."""
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
    """What to ask for: from a little before the first interval lacking to what may just be out.

    `held` are the nodes asked for on their own account, each with the interval starts held of
    the last hours (`RECENT`). Nothing before `since` is asked for. The day-ahead market is asked
    for by whole days, today and tomorrow at the least.
    """
    end = window_end(market, now=now)
    if market is Market.DAM:
        oldest = min(max(known.newest or since, since) for known, _ in held)
        return day_bounds(operating_date(min(oldest, now)))[0], end
    lacking = min(first_lacking(market, *one, since=since, now=now) for one in held)
    first = lacking - SEEN_AGAIN * market.interval
    start = max(floor(first, market), ceiling(since, market))
    return start, max(end, start + market.interval)


def first_lacking(
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
    # Of a node that is new there is nothing to look back to.
    late = [moment for moment in late if not recent or moment > min(recent)] or [following]
    return min(late[0], following)
