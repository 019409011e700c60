"""How long after an interval begins its price comes out, learned from past intervals."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from market.markets import Market
from prices import schedule
from prices.models import Node, Price

DELAYS_SEEN = 24
SEEN_LIVE = timedelta(hours=1)


def publication_delay(market: Market, nodes: Sequence[Node]) -> timedelta | None:
    """The publication delay, learned from the last intervals that were seen as they came out.

    Of intervals first seen at the same moment only the newest counts: we were late for the others.
    """
    if not nodes:
        return None
    rows = (
        Price.objects.of(nodes[0], market)
        .exclude(source="file")
        .order_by("-interval_start")
        .values_list("interval_start", "first_seen_at")[:DELAYS_SEEN]
    )
    newest: dict[datetime, datetime] = {}
    for start, seen in rows:
        newest.setdefault(seen, start)
    delays = [seen - start for seen, start in newest.items()]
    return schedule.learned_delay([delay for delay in delays if abs(delay) < SEEN_LIVE])
