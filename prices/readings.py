"""Reading prices. Code outside `prices` reads the two price tables only through this module, or
through `prices.shown_prices` to show them.

With `as_of`, a moment in the past, these functions give what was held here at that moment, going
by when it was recorded. A late observation was never held. Without `as_of` they give what is held
now. Components that a version lacked at first it has in both.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import itemgetter, or_
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from market.intervals import floor
from market.markets import Market
from prices.models import Node, Price, PriceRevision

A_CHUNK = 500
# A node or its id, or the ids of several nodes to read together.
Nodes = Node | int | Collection[int]
INTERVAL = ("interval_start", "node_id")


class Reading(NamedTuple):
    """One version of a price, $/MWh. first_seen_at is when the interval's first one was seen.

    A component is None if it is not known; ghg also if there is none.
    """

    node_id: int
    market: str
    interval_start: datetime
    interval_end: datetime
    lmp: Decimal
    energy: Decimal | None
    congestion: Decimal | None
    loss: Decimal | None
    ghg: Decimal | None
    verified: bool
    revision: int
    first_seen_at: datetime
    seen_at: datetime


class Replaced(NamedTuple):
    """A version that was held until another was seen at superseded_at."""

    interval_start: datetime
    revision: int
    lmp: Decimal
    energy: Decimal | None
    congestion: Decimal | None
    loss: Decimal | None
    ghg: Decimal | None
    superseded_at: datetime


def between(
    nodes: Nodes,
    market: Market,
    start: datetime,
    end: datetime | None = None,
    *,
    as_of: datetime | None = None,
) -> Iterator[Reading]:
    """Intervals that start in [start, end), oldest first, a few at a time."""
    found = columns(nodes, market, start, end, *Reading._fields, as_of=as_of)
    return map(Reading._make, found)


def columns(
    nodes: Nodes,
    market: Market,
    start: datetime,
    end: datetime | None,
    *names: str,
    as_of: datetime | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Like `between`, but as tuples of the named fields: rules read months of prices."""
    rows = held(span(nodes, market, start, end), names, INTERVAL, as_of=as_of)
    found = rows.iterator(chunk_size=A_CHUNK)
    return found if as_of is None else newest_versions(found, names)


def lmps(
    node: Node | int,
    market: Market,
    start: datetime,
    end: datetime | None = None,
    *,
    as_of: datetime | None = None,
) -> dict[datetime, Decimal]:
    """LMPs by the start of their interval."""
    return dict(columns(node, market, start, end, "interval_start", "lmp", as_of=as_of))


def day_ahead(
    node: Node | int,
    start: datetime,
    end: datetime | None = None,
    *,
    as_of: datetime | None = None,
) -> dict[datetime, Decimal]:
    """Day-ahead LMPs by the start of their hour, from the hour of `start` on."""
    return lmps(node, Market.DAM, floor(start, Market.DAM), end, as_of=as_of)


def at(
    node: Node | int, market: Market, start: datetime, *, as_of: datetime | None = None
) -> Reading | None:
    """The interval that starts at `start`."""
    return last_interval(of_market(node, market) & Q(interval_start=start), as_of)


def running(
    node: Node | int, market: Market, *, now: datetime, as_of: datetime | None = None
) -> Reading | None:
    """The interval that `now` lies in; None if it is not held, even if others are."""
    return at(node, market, floor(now, market), as_of=as_of)


def newest(node: Node | int, market: Market, *, as_of: datetime | None = None) -> Reading | None:
    """The last interval held, which may not have begun yet: some are published ahead."""
    return last_interval(of_market(node, market), as_of)


def newest_begun(
    node: Node | int, market: Market, *, now: datetime, as_of: datetime | None = None
) -> Reading | None:
    """The last interval held that has begun: the running one, or one before it."""
    return last_interval(of_market(node, market) & Q(interval_start__lte=now), as_of)


def newest_starts(market: Market, nodes: "QuerySet[Node]") -> dict[int, datetime]:
    """The start of the newest interval held, by node id; nodes without prices are left out."""
    held = Price.objects.filter(market=market.value)
    return first_starts(nodes, held.order_by("-interval_start"))


def oldest_starts(market: Market, nodes: "QuerySet[Node]", since: datetime) -> dict[int, datetime]:
    """The start of the oldest interval held from `since` on, by node id, where there is one."""
    held = Price.objects.filter(market=market.value, interval_start__gte=since)
    return first_starts(nodes, held.order_by("interval_start"))


def first_starts(nodes: "QuerySet[Node]", prices: "QuerySet[Price]") -> dict[int, datetime]:
    """The start of the first of each node's `prices`, by node id."""
    first = prices.filter(node=OuterRef("pk")).values("interval_start")[:1]
    found = nodes.annotate(first=Subquery(first)).values_list("pk", "first")
    return {pk: start for pk, start in found if start is not None}


def counts(nodes: Nodes, market: Market, start: datetime, end: datetime) -> dict[int, int]:
    """How many intervals are held that start in [start, end), by node id; none are left out."""
    held = Price.objects.filter(span(nodes, market, start, end)).order_by().values_list("node_id")
    return dict(held.annotate(Count("interval_start")))


def any_recorded(
    node: Node | int, markets: Iterable[Market], start: datetime, end: datetime, *, after: datetime
) -> bool:
    """Whether a price that starts in [start, end) was recorded, first or anew, after a moment."""
    either = reduce(or_, (span(node, market, start, end) for market in markets))
    return Price.objects.filter(either, recorded_at__gt=after).exists()


def any_held() -> bool:
    """Whether any price at all is held."""
    return Price.objects.exists()


def source_but(*sources: str) -> str | None:
    """A source of held prices other than these; None if there is none."""
    others = Price.objects.exclude(source__in=sources)
    return others.values_list("source", flat=True).first()


def replaced(node: Node | int, market: Market, start: datetime) -> Iterator[Replaced]:
    """The superseded versions of intervals from `start` on, in no particular order."""
    kept = PriceRevision.objects.filter(span(node, market, start), late=0)
    return map(Replaced._make, kept.values_list(*Replaced._fields).iterator(A_CHUNK))


def of_market(nodes: Nodes, market: Market) -> Q:
    """A filter, for either table, for one market of one or several nodes."""
    if isinstance(nodes, Node | int):
        return Q(node=nodes, market=market.value)
    return Q(node__in=nodes, market=market.value)


def span(nodes: Nodes, market: Market, start: datetime, end: datetime | None = None) -> Q:
    """Like `of_market`, for intervals that start in [start, end)."""
    found = of_market(nodes, market) & Q(interval_start__gte=start)
    return found if end is None else found & Q(interval_start__lt=end)


def last_interval(which: Q, as_of: datetime | None) -> Reading | None:
    """The last interval that matches, of one node."""
    row = held(which, Reading._fields, ["-interval_start"], as_of=as_of).first()
    return None if row is None else Reading._make(row)


def held(
    which: Q, names: Sequence[str], order: Sequence[str], *, as_of: datetime | None
) -> "QuerySet[Any, tuple[Any, ...]]":
    """What is held now; or all versions recorded as held at `as_of`, newest first.

    An interval has two such versions only if the clock has been set back since: the newer one was
    recorded by the right clock.
    """
    if as_of is None:
        return Price.objects.filter(which).order_by(*order).values_list(*names)
    fields = with_interval(names)
    still = Price.objects.filter(which, recorded_at__lte=as_of)
    then = PriceRevision.objects.filter(which, recorded_at__lte=as_of, held_until__gt=as_of)
    both = still.values_list(*fields).union(then.values_list(*fields), all=True)
    return both.order_by(*order, "-revision")


def with_interval(names: Sequence[str]) -> list[str]:
    """The names, followed by those of the fields that identify a version."""
    return list(dict.fromkeys((*names, *INTERVAL, "revision")))


def newest_versions(
    rows: Iterable[tuple[Any, ...]], names: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The first row of each interval, cut down to the fields in `names`."""
    fields = with_interval(names)
    for _, versions in groupby(rows, key=itemgetter(*map(fields.index, INTERVAL))):
        yield next(versions)[: len(names)]
