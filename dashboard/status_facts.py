"""What is known of this installation, read anew for each `/status/` in so many queries at most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, Q

from alerts.models import OperationalAlert
from alerts.operations import facts as operations
from alerts.operations.conditions import Condition
from alerts.outbox_state import OutboxState, outbox_state
from market.markets import Market
from prices import readings
from prices.models import FetchRun, Node, Trouble
from prices.node_standings import Ledger, MarketState, ledger, market_state
from prices.readings import Reading
from prices.recent_corrections import RecentCorrections, recent_corrections
from prices.source_state import SourceState, source_state

A_DAY, LATELY = timedelta(days=1), timedelta(days=7)
MOST_OPERATIONAL = 5
MOST_NODES, MOST_CORRECTIONS, MOST_TROUBLES = 100, 8, 20
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Facts(NamedTuple):
    """As of `now`. `requests` are those of 24 hours, by outcome; `day_ahead` is the newest hour of
    the first node. Not every node is listed."""

    now: datetime
    nodes: list[Node]
    nodes_count: int
    source: SourceState
    answered_at: datetime | None
    day_ahead: Reading | None
    requests: dict[str, int]
    markets: list[MarketState]
    ledger: Ledger
    corrections: RecentCorrections
    troubles: list[Trouble]
    troubles_count: int
    outbox: OutboxState
    conditions: list[Condition]
    database: str
    operational: Sequence[OperationalAlert] = ()


def facts(*, now: datetime) -> Facts:
    """About 35 queries, however many nodes there are."""
    tracked = Node.objects.tracked()
    nodes = list(tracked[:MOST_NODES])
    source = source_state(now=now)
    return Facts(
        now=now,
        nodes=nodes,
        nodes_count=tracked.count(),
        source=source,
        answered_at=None if source.age_s is None else now - timedelta(seconds=source.age_s),
        day_ahead=readings.newest(nodes[0], Market.DAM) if nodes else None,
        requests=requests_by_outcome(now=now),
        markets=[market_state(market, nodes, now=now) for market in reversed(Market)],
        ledger=ledger(nodes),
        corrections=recent_corrections(nodes, MOST_CORRECTIONS, now=now),
        troubles=list(Trouble.objects.order_by("-last_at", "pk")[:MOST_TROUBLES]),
        troubles_count=Trouble.objects.count(),
        outbox=outbox_state(now=now),
        conditions=looked_at(),
        database=DATABASES.get(connection.vendor, connection.vendor),
        operational=operational(now=now),
    )


def requests_by_outcome(*, now: datetime) -> dict[str, int]:
    """How many requests of the last 24 hours came to each outcome."""
    runs = FetchRun.objects.filter(started_at__gt=now - A_DAY, started_at__lte=now).order_by()
    return dict(runs.values_list("outcome").annotate(Count("pk")))


def operational(*, now: datetime) -> list[OperationalAlert]:
    """Operational alerts that are open, and the newest of the last days."""
    opened = OperationalAlert.objects.filter(opened_at__isnull=False)
    lately = Q(cleared_at=None) | Q(cleared_at__gt=now - LATELY)
    order = F("cleared_at").desc(nulls_first=True)
    return list(opened.filter(lately).order_by(order, "-opened_at")[:MOST_OPERATIONAL])


def looked_at() -> list[Condition]:
    """Disk, Redis, and the processes that give signs of life; seconds at most if Redis is away."""
    return [operations.at_disk(), *operations.at_redis(), *operations.at_signs()]
