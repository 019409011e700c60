"""Which days a battery on paper is to be settled for, first or again. Without numpy."""

from datetime import date, datetime, timedelta

from django.db.models import F, Max

from battery.models import Battery, PaperDay
from market.intervals import day_bounds, midnight, operating_date
from market.markets import Market
from prices import readings
from prices.gap_ranges import expected
from prices.models import Node

SETTLED_BACK = timedelta(days=35)
A_DAY = timedelta(days=1)
# The last prices of a day come a few minutes after it; then it is settled without them.
WAITED_FOR = timedelta(hours=1)
# What is recorded as of one moment is committed, and seen by others, at most so much later.
COMMITTED_WITHIN = timedelta(minutes=5)


def first_day(battery: Battery, *, now: datetime) -> date:
    """The first day that is settled on paper if it is not yet."""
    return max(operating_date(battery.made_at), operating_date(now) - SETTLED_BACK)


def days_over(battery: Battery, *, now: datetime) -> list[date]:
    """The days since it was made that are over, oldest first, of the last 35."""
    first, today = first_day(battery, now=now), operating_date(now)
    return [first + nth * A_DAY for nth in range((today - first).days)]


def unsettled(battery: Battery, *, now: datetime) -> list[date]:
    """Days that have no result yet and whose prices are there, or are waited for no longer."""
    days = days_over(battery, now=now)
    settled = set(battery.paper_days.filter(date__in=days).values_list("date", flat=True))
    lacking = (day for day in days if day not in settled)
    return [day for day in lacking if is_ripe(battery.node, Market(battery.market), day, now=now)]


def is_ripe(node: Node, market: Market, day: date, *, now: datetime) -> bool:
    start, end = day_bounds(day)
    if now >= end + WAITED_FOR:
        return True
    held = readings.counts([node.pk], market, start, end).get(node.pk, 0)
    return held == expected(start, end, market)


def may_be_outdated(battery: Battery, *, now: datetime) -> bool:
    """Whether a price of the days on paper was recorded since anything was settled last."""
    last = battery.paper_days.aggregate(last=Max("settled_at"))["last"]
    if last is None:
        return False
    start, end = midnight(first_day(battery, now=now)), midnight(operating_date(now))
    return recorded(battery.node_id, Market(battery.market), start, end, since=last)


def outdated(battery: Battery, *, now: datetime) -> list[PaperDay]:
    """Settled days of which a price was recorded since, oldest first, without their ledgers."""
    days = battery.paper_days.filter(date__gte=first_day(battery, now=now)).order_by("date")
    with_nodes = days.defer("ledger").annotate(settled_node=F("ledger__node_id"))
    return [day for day in with_nodes if is_outdated(day, day.settled_node or battery.node_id)]


def is_outdated(day: PaperDay, node: int) -> bool:
    bounds = day_bounds(day.date)
    return recorded(node, Market(day.market), *bounds, since=day.settled_at)


def recorded(node: int, market: Market, start: datetime, end: datetime, *, since: datetime) -> bool:
    """Whether a price in [start, end) may have been recorded after `since`."""
    after = since - COMMITTED_WITHIN
    return readings.any_recorded(node, (market, Market.DAM), start, end, after=after)
