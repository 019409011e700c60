"""The prices now at many nodes at once, in six queries however many there are.

Each node's price is the one that `prices.current` shows for it alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from market.intervals import aware, floor, pacific
from market.markets import Market
from prices import readings
from prices.current import KNOWN
from prices.fallback import ESTIMATED, INTERPOLATED_OVER, Known, Shown, observed, shown
from prices.models import Node
from prices.publication_delay import publication_delay
from prices.schedule import late_from

HOUR = timedelta(hours=1)
Prices = Mapping[datetime, Decimal]
Knowns = Mapping[datetime, Known]


class HubNow(NamedTuple):
    """What is shown of a node now, $/MWh.

    It is stale if the running interval's price is not held, though it should be out. fmm is of
    the quarter hour that runs, da of the hour. The spread is to the day-ahead price of `shown`'s
    own hour, and None for an estimate. The bases are to another node's prices of the same interval
    and hour: basis is None where either price is an estimate or of another interval.
    """

    node: Node
    shown: Shown | None
    stale: bool
    fmm: Decimal | None
    da: Decimal | None
    spread: Decimal | None
    basis: Decimal | None = None
    basis_da: Decimal | None = None


def hubs_now(nodes: Sequence[Node], beside: str, *, now: datetime) -> list[HubNow]:
    """The prices now at `nodes`; the bases are to the one of them whose slug is `beside`."""
    found = without_basis(nodes, now=now)
    base = next((hub for hub in found if hub.node.slug == beside), None)
    return [with_basis(hub, base) for hub in found] if base else found


def without_basis(nodes: Sequence[Node], *, now: datetime) -> list[HubNow]:
    """The nodes' own prices."""
    hour, quarter = floor(now, Market.DAM), floor(now, Market.RTPD)
    known = known_around(nodes, now=now)
    hours = lmps(nodes, Market.DAM, hour - HOUR, hour + HOUR)
    quarters = lmps(nodes, Market.RTPD, quarter, quarter + Market.RTPD.interval)
    delay = delay_learned(nodes, known)
    return [
        HubNow(
            node=node,
            shown=(price := shown_of(known[node.pk], now=now)),
            stale=is_late(known[node.pk], delay, now=now),
            fmm=quarters[node.pk].get(quarter),
            da=hours[node.pk].get(hour),
            spread=spread_of(price, hours[node.pk]),
        )
        for node in nodes
    ]


def shown_of(known: Knowns, *, now: datetime) -> Shown | None:
    """As `prices.current.shown_now`: the newest price that has begun, or what stands in for it."""
    newest = newest_begun(known, now=now)
    if newest is not None and now - newest <= 2 * Market.RTM.interval:
        return observed(known, newest)
    return shown(known, Market.RTM, now=now)


def is_late(known: Knowns, delay: timedelta | None, *, now: datetime) -> bool:
    """As `prices.current.is_late`."""
    newest = newest_begun(known, now=now)
    if newest is None:
        return True
    return now >= late_from(Market.RTM, newest, delay)


def newest_begun(known: Knowns, *, now: datetime) -> datetime | None:
    """The last of the half hour before `now` that is held."""
    since = now - INTERPOLATED_OVER
    return max((start for start in known if since < start <= now), default=None)


def spread_of(price: Shown | None, hours: Prices) -> Decimal | None:
    """The price shown less the day-ahead price of its own hour."""
    if price is None or price.quality in ESTIMATED:
        return None
    return difference(price.lmp, hours.get(floor(price.interval_start, Market.DAM)))


def with_basis(hub: HubNow, base: HubNow) -> HubNow:
    """The same with how far it lies above `base`."""
    basis = None
    if hub.shown and base.shown and is_comparable(hub.shown, base.shown):
        basis = hub.shown.lmp - base.shown.lmp
    return hub._replace(basis=basis, basis_da=difference(hub.da, base.da))


def is_comparable(one: Shown, other: Shown) -> bool:
    """Whether both were published, and for the same interval."""
    is_estimated = ESTIMATED & {one.quality, other.quality}
    return one.interval_start == other.interval_start and not is_estimated


def difference(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def known_around(nodes: Sequence[Node], *, now: datetime) -> dict[int, dict[datetime, Known]]:
    """Real-time prices that may be shown now: of the half hours around it, and of a day before."""
    running = floor(now, Market.RTM)
    yesterday = aware(pacific(running) - timedelta(days=1))
    found: dict[int, dict[datetime, Known]] = {node.pk: {} for node in nodes}
    for start, end in (
        (yesterday, yesterday + Market.RTM.interval),
        (running - INTERPOLATED_OVER, running + INTERPOLATED_OVER),
    ):
        rows = readings.columns([*found], Market.RTM, start, end, "node_id", *KNOWN)
        for pk, moment, lmp, revision, verified in rows:
            found[pk][moment] = Known(lmp, revision > 1, verified)
    return found


def lmps(
    nodes: Sequence[Node], market: Market, start: datetime, end: datetime
) -> dict[int, dict[datetime, Decimal]]:
    """LMPs of [start, end), by node and by the start of their interval."""
    found: dict[int, dict[datetime, Decimal]] = {node.pk: {} for node in nodes}
    names = ("node_id", "interval_start", "lmp")
    for pk, moment, lmp in readings.columns([*found], market, start, end, *names):
        found[pk][moment] = lmp
    return found


def delay_learned(nodes: Sequence[Node], known: Mapping[int, Knowns]) -> timedelta | None:
    """The real-time publication delay, learned from the node that is furthest ahead."""
    held = [node for node in nodes if known[node.pk]]
    if not held:
        return None
    return publication_delay(Market.RTM, [max(held, key=lambda node: max(known[node.pk]))])
