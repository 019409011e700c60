"""Past prices on request, in windows that OASIS takes. Windows that are held are skipped."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from market.markets import Market
from oasis.query import groups, windows
from prices.gaps import is_settled
from prices.ingest import Ingested
from prices.models import FetchRun, Node
from prices.polling import ask
from prices.publication_delay import publication_delay
from prices.schedule import oldest_kept, published_until


class Window(NamedTuple):
    """One request to make: up to ten nodes, [start, end)."""

    nodes: Sequence[Node]
    start: datetime
    end: datetime


def plan(market: Market, nodes: Sequence[Node], start: datetime, end: datetime) -> Iterator[Window]:
    """The requests that [start, end) still needs, so an interrupted backfill can be continued.

    A window whose missing intervals were all given up is not asked for again.
    """
    for some in groups(nodes):
        for begin, stop in windows(start, end, market, len(some)):
            if any(lacks(node, market, begin, stop) for node in some):
                yield Window(some, begin, stop)


def lacks(node: Node, market: Market, start: datetime, end: datetime) -> bool:
    """Whether anything in [start, end) is missing and not given up."""
    return not is_settled(node, market, start, end)


def within_history(
    market: Market, start: datetime, end: datetime, *, now: datetime
) -> tuple[datetime, datetime]:
    """The part of [start, end) that OASIS can have: its 39 months, up to what is out by now.

    The part may be empty.
    """
    delay = publication_delay(market, list(Node.objects.tracked()))
    return max(start, oldest_kept(now=now)), min(end, published_until(market, delay, now=now))


def fetch(market: Market, window: Window, *, now: datetime) -> Ingested:
    """Make one request of a plan. Raises the errors of `oasis.errors`, and NoTurn."""
    return ask(market, window.nodes, window.start, window.end, FetchRun.BACKFILL, now=now)
