"""How far several alerts went, their prices read together: a page shows many at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts import held_prices
from alerts.courses import Peak, end_of, furthest, measure
from alerts.models import Alert
from alerts.rules.watched import AGE
from market.markets import Market
from prices import readings

# What lies nearer together is read at once, with the prices between.
NEAR = timedelta(days=2)


class Stretch(NamedTuple):
    """Alerts in a row, and [start, end) of their prices."""

    start: datetime
    end: datetime
    alerts: list[tuple[Alert, datetime]]


def peaks(alerts: Iterable[Alert]) -> dict[int, Peak]:
    """The peak of each alert by its id; none of data age, and where no price is held."""
    groups: dict[tuple[int, Market], list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.facts["watched"] != AGE:
            groups[alert.node.pk, alert.market].append(alert)
    found: dict[int, Peak] = {}
    for (node_id, market), group in groups.items():
        for stretch in stretches(group, node_id, market):
            found |= peaks_in(stretch, node_id, market)
    return found


def peaks_in(stretch: Stretch, node_id: int, market: Market) -> dict[int, Peak]:
    """The peaks of a stretch's alerts."""
    watches = {measure(alert) for alert, _ in stretch.alerts}
    series = held_prices.series(node_id, market, watches, stretch.start, stretch.end)
    peaks_of = {alert.pk: furthest(alert, series, until) for alert, until in stretch.alerts}
    return {pk: peak for pk, peak in peaks_of.items() if peak is not None}


def stretches(alerts: Iterable[Alert], node_id: int, market: Market) -> Iterator[Stretch]:
    """The alerts of a node and market, oldest first, those near each other together."""
    current: Stretch | None = None
    for alert, until in with_ends(alerts, node_id, market):
        if current and alert.interval_start <= current.end + NEAR:
            both = [*current.alerts, (alert, until)]
            current = Stretch(current.start, max(current.end, until), both)
            continue
        if current:
            yield current
        current = Stretch(alert.interval_start, until, [(alert, until)])
    if current:
        yield current


def with_ends(
    alerts: Iterable[Alert], node_id: int, market: Market
) -> Iterator[tuple[Alert, datetime]]:
    """Each alert with its end, an open one with the end of what is held."""
    newest = readings.newest(node_id, market)
    for alert in sorted(alerts, key=lambda alert: alert.interval_start):
        held = newest.interval_end if newest else alert.interval_start
        yield alert, max(end_of(alert) or held, alert.interval_start + market.interval)
