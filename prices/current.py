"""The price now: real-time, the day-ahead price of the running hour, and the spread.

Decided here for `/api/current`, the snapshot and the hash in Redis; the page's `store.js` copies
the rule: take the running interval, or else the last one before it. RTD publishes ahead, so the
newest price may be for an interval that has not begun: that is not the price now.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from market.intervals import floor
from market.markets import Market
from oasis.published import quality
from prices import readings
from prices.fallback import ESTIMATED, Known, Shown, shown
from prices.models import Node
from prices.publication_delay import publication_delay
from prices.readings import Reading
from prices.schedule import late_from

LOOKED_BACK = timedelta(hours=26)
KNOWN = ("interval_start", "lmp", "revision", "verified")


class Current(NamedTuple):
    """The newest real-time price that has begun and the running hour's day-ahead price, $/MWh.

    spread is the real-time price less the day-ahead price of its own hour. In the first minutes
    of an hour that may be the hour before da_price's.
    """

    rt_price: Decimal | None
    rt_start: datetime | None
    rt_revision: int | None
    rt_verified: bool | None
    da_price: Decimal | None
    da_start: datetime | None
    spread: Decimal | None
    last_update: datetime | None


def current(node: Node, *, now: datetime) -> Current:
    """The price now at `node`: the running interval's if it is held, else the last one before."""
    newest = readings.newest_begun(node, Market.RTM, now=now)
    hour = readings.running(node, Market.DAM, now=now)
    spread = None
    if newest:
        spread = spread_of(node, newest.lmp, newest.interval_start, hour)
    return Current(
        rt_price=newest.lmp if newest else None,
        rt_start=newest.interval_start if newest else None,
        rt_revision=newest.revision if newest else None,
        rt_verified=newest.verified if newest else None,
        da_price=hour.lmp if hour else None,
        da_start=hour.interval_start if hour else None,
        spread=spread,
        last_update=newest.seen_at if newest else None,
    )


def spread_of(
    node: Node, lmp: Decimal, start: datetime, hour: Reading | None = None
) -> Decimal | None:
    """A real-time price less the day-ahead price of the hour its interval lies in.

    `hour` saves a query if it happens to be that hour.
    """
    if hour is None or hour.interval_start != floor(start, Market.DAM):
        hour = readings.running(node, Market.DAM, now=start)
    return None if hour is None else lmp - hour.lmp


def shown_now(node: Node, state: Current, *, now: datetime) -> Shown | None:
    """The real-time price to show: the running interval's, else one from `prices.fallback`.

    The last price keeps its own quality until a second interval has begun without a price.
    """
    price, start = state.rt_price, state.rt_start
    if price is not None and start is not None and now - start <= 2 * Market.RTM.interval:
        sure = quality(verified=bool(state.rt_verified), revision=state.rt_revision or 1)
        return Shown(price, start, sure)
    window = (now - LOOKED_BACK, now + LOOKED_BACK)
    held = {
        start: Known(lmp, revision > 1, verified)
        for start, lmp, revision, verified in readings.columns(node, Market.RTM, *window, *KNOWN)
    }
    return shown(held, Market.RTM, now=now)


def is_late(node: Node, state: Current, *, now: datetime) -> bool:
    """Whether the running interval's price is not held, though it should be out; or there is none.

    Then whatever is shown in its place is stale.
    """
    if state.rt_start is None:
        return True
    if now < state.rt_start + Market.RTM.interval:
        return False  # nearly always, and without the query for the delay
    return now >= late_from(Market.RTM, state.rt_start, publication_delay(Market.RTM, [node]))


def shown_spread(node: Node, state: Current, shown: Shown | None) -> Decimal | None:
    """The spread of the price that is shown; None for an estimate.

    The price shown may be newer than `state`.
    """
    if shown is None or shown.quality in ESTIMATED:
        return None
    if shown.interval_start == state.rt_start:
        return state.spread
    return spread_of(node, shown.lmp, shown.interval_start)
