"""What is learned of a node's prices once a day, and kept with the date from which it holds."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import structlog

from battery.held_history import read
from battery.models import Battery, Learned
from battery.outlook import is_enough, learned_before
from battery.policy import DEFAULT, Parameters
from battery.quantiles import Residuals
from market.intervals import operating_date
from market.markets import Market
from prices.models import Node

log = structlog.get_logger(__name__)
A_DAY = timedelta(days=1)
KEPT = timedelta(days=35)
# Until the slow lane has learned for today, what was learned in these days is used.
USED_FOR = timedelta(days=3)
# History may be loaded or backfilled meanwhile.
TOO_LITTLE_FOR = timedelta(hours=1)


def residuals_of(node: Node, market: Market, *, now: datetime) -> tuple[Residuals, Learned]:
    """The newest that were learned for today or the days before; learned now if there are none."""
    today = operating_date(now)
    recent = Learned.objects.filter(
        node=node, market=market.value, date__gt=today - USED_FOR, date__lte=today
    )
    usable = (row for row in recent.order_by("-date") if is_usable(row, now=now))
    found = next(usable, None) or learn(node, market, today, now=now)
    return from_json(found.residuals), found


def is_usable(row: Learned, *, now: datetime) -> bool:
    """Whether it was learned as we learn now, and from enough; too little counts for an hour."""
    if row.parameters != DEFAULT._asdict():
        return False
    return row.is_enough or now - row.made_at < TOO_LITTLE_FOR


def keep_up(*, now: datetime) -> None:
    """Learn for today what batteries on paper need, and forget what is old."""
    today = operating_date(now)
    for node, market in places():
        rows = Learned.objects.filter(node=node, market=market.value, date=today)
        if not any(is_usable(row, now=now) for row in rows):
            learn(node, market, today, now=now)
    Learned.objects.filter(date__lt=today - KEPT).delete()


def places() -> set[tuple[Node, Market]]:
    """The nodes and markets that active batteries are at."""
    batteries = Battery.objects.filter(active=True, node__tracked=True).select_related("node")
    return {(battery.node, Market(battery.market)) for battery in batteries}


def learn(
    node: Node, market: Market, day: date, *, now: datetime, parameters: Parameters = DEFAULT
) -> Learned:
    """From the days before an operating date."""
    first = day - A_DAY * parameters.learned_days
    history = read(node, market, first, day)
    residuals = learned_before(history, history.day(day).start, parameters)
    found, _ = Learned.objects.update_or_create(
        node=node,
        market=market.value,
        date=day,
        defaults={
            "made_at": now,
            "first_day": first,
            "parameters": parameters._asdict(),
            "is_enough": is_enough(residuals, history, parameters),
            "residuals": as_json(residuals),
        },
    )
    log.info("learned", node=node.hub, market=market.value, intervals=residuals.intervals_seen)
    return found


def as_json(residuals: Residuals) -> dict[str, Any]:
    """To a hundredth of a cent and a millionth of a chance."""
    arrays = {
        name: np.round(getattr(residuals, name), places).tolist()
        for name, places in (("bounds", 4), ("middles", 4), ("interval", 6), ("hour", 6))
    }
    return {**arrays, "intervals_seen": residuals.intervals_seen}


def from_json(stored: dict[str, Any]) -> Residuals:
    """The chances of a row sum to 1 again."""
    interval, hour = (np.array(stored[name]) for name in ("interval", "hour"))
    return Residuals(
        np.array(stored["bounds"]),
        np.array(stored["middles"]),
        interval / interval.sum(axis=1, keepdims=True),
        hour / hour.sum(axis=1, keepdims=True),
        stored["intervals_seen"],
    )
