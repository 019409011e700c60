"""What CAISO corrected lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from market.markets import Market
from prices.models import Node, Price, PriceRevision

LATELY = timedelta(days=7)
# CAISO corrects within two weeks; what a file brings of older intervals is no news.
CORRECTED_WITHIN = timedelta(days=35)
COLUMNS = ("node_id", "market", "interval_start", "lmp", "new", "superseded_at")


class Correction(NamedTuple):
    """An LMP that was replaced by a new one, in $/MWh, and when that was seen."""

    node_id: int
    market: Market
    interval_start: datetime
    old: Decimal
    new: Decimal
    seen_at: datetime


class RecentCorrections(NamedTuple):
    """How many prices were corrected in the last seven days, and the newest few."""

    total: int
    newest: list[Correction]


def recent_corrections(nodes: Sequence[Node], most: int, *, now: datetime) -> RecentCorrections:
    """Of `nodes`, in two queries."""
    found = PriceRevision.objects.filter(
        node__in=nodes,
        market__in=[market.value for market in Market],
        interval_start__gte=now - CORRECTED_WITHIN,
        superseded_at__gt=now - LATELY,
        late=0,
    )
    newest = with_new(found).order_by("-superseded_at", "-interval_start", "node_id")[:most]
    rows = newest.values_list(*COLUMNS)
    return RecentCorrections(
        found.count(),
        [Correction(pk, Market(market), *values) for pk, market, *values in rows],
    )


def with_new(revisions: "QuerySet[PriceRevision]") -> "QuerySet[PriceRevision]":
    """Each version with the LMP of the next one as `new`."""
    of_interval = Q(
        node=OuterRef("node"), market=OuterRef("market"), interval_start=OuterRef("interval_start")
    )
    later = PriceRevision.objects.filter(
        of_interval, late=0, revision=OuterRef("following")
    ).values("lmp")
    held = Price.objects.filter(of_interval).values("lmp")
    following = revisions.annotate(following=F("revision") + 1)
    return following.annotate(new=Coalesce(Subquery(later), Subquery(held)))
