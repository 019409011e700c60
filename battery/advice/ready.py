"""Which batteries want advice now, for the interval that begins next."""

from datetime import datetime
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from battery.advice.timing import is_near, is_time
from battery.models import Advice, Battery
from market.intervals import floor
from market.markets import Market
from prices import readings
from prices.models import Node
from prices.publication_delay import publication_delay


def next_start(market: Market, *, now: datetime) -> datetime:
    """When the interval begins that advice is for."""
    return floor(now, market) + market.interval


def wanting(*, now: datetime) -> list[Battery]:
    """Active batteries at tracked nodes that have no advice for it, and for which it is time."""
    timely = cache(is_timely)
    return [
        battery
        for battery in without_advice(now=now)
        if timely(battery.node, Market(battery.market), now)
    ]


def without_advice(*, now: datetime) -> "QuerySet[Battery]":
    lacking = Q()
    for market in (Market.RTM, Market.RTPD):
        start = next_start(market, now=now)
        advice = Advice.objects.filter(battery=OuterRef("pk"), interval_start=start)
        lacking |= Q(~Exists(advice), market=market.value)
    batteries = Battery.objects.filter(lacking, active=True, node__tracked=True)
    return batteries.select_related("node").order_by("pk")


def is_timely(node: Node, market: Market, now: datetime) -> bool:
    """Whether the newest price that the advice can have is there, or it can wait no longer."""
    starts = next_start(market, now=now)
    held = readings.newest(node, market)
    return is_time(
        starts,
        own_is_held=held is not None and held.interval_start >= starts,
        before_is_held=held is not None and held.interval_end >= starts,
        usual_delay=publication_delay(market, [node]),
        now=now,
    )


def is_awaited(*, now: datetime) -> bool:
    """Whether advice waits for a price that usually comes about now."""
    places = {(battery.node, Market(battery.market)) for battery in without_advice(now=now)}
    return any(
        is_near(
            next_start(market, now=now),
            market.interval,
            usual_delay=publication_delay(market, [node]),
            now=now,
        )
        for node, market in places
    )
