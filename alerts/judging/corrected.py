"""Alerts that stand after a correction say the corrected figures of their opening and end.

What was announced is announced once: these are the rows, which later messages and pages read.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Q

from alerts import held_prices
from alerts.headlines import Moment
from alerts.judging.new_intervals import PriceEvent
from alerts.judging.texts import corrected
from alerts.judging.verdicts import Judging
from alerts.models import CLEARED, OPENED, Alert, Rule, Transition
from alerts.rules.watched import SPREAD, Watch
from market.intervals import floor
from market.markets import Market
from prices.models import Node


def correct_alerts(rules: Collection[Rule], judging: Judging) -> None:
    """Give alerts of these rules the figures that are held now; call it where cursors move."""
    events = [one for one in judging.events if one.old is not None]
    if not events:
        return
    for alert in corrected_alerts(rules, events, judging):
        for transition in alert.transitions.order_by("pk"):
            correct(alert, transition, judging.node)


def corrected_alerts(
    rules: Collection[Rule], events: Collection[PriceEvent], judging: Judging
) -> Iterator[Alert]:
    """Alerts that stand, and whose opening or end may have other figures now."""
    for watch in {rule.watch for rule in rules}:
        spans = [span for one in events for span in spans_of(one, watch, judging.market)]
        if not spans:
            continue
        span = min(start for start, _ in spans), max(end for _, end in spans)
        ids = [rule.pk for rule in rules if rule.watch == watch]
        standing = Alert.objects.filter(rule__in=ids, retracted_at=None).order_by("pk")
        touched = Q(interval_start__range=span) | Q(cleared_interval__range=span)
        for alert in standing.filter(touched):
            if alert.watch == watch and alert.facts["node"] == judging.node.oasis_name:
                yield alert


def spans_of(
    event: PriceEvent, watch: Watch, market: Market
) -> Iterator[tuple[datetime, datetime]]:
    """From when to when a corrected price changes what is watched."""
    if event.market is market:
        yield watch.touched(event.start)
    elif event.market is Market.DAM and watch.watched == SPREAD:
        hour = floor(event.start, Market.DAM)
        yield hour, hour + Market.DAM.interval


def correct(alert: Alert, transition: Transition, node: Node) -> None:
    """Give a transition, and with its opening the alert, the figures of its interval."""
    ended_by_no_price = transition.kind == CLEARED and alert.cleared_interval is None
    at = held_at(alert, transition.interval_start, node)
    was = Moment(transition.interval_start, transition.price, transition.value)
    if ended_by_no_price or at is None or at == was:
        return
    text = corrected(alert, transition.kind, at, was, now=transition.at)
    changes = {"price": at.price, "value": at.value, "text": text}
    Transition.objects.filter(pk=transition.pk).update(**changes)
    if transition.kind == OPENED:
        Alert.objects.filter(pk=alert.pk).update(**changes)


def held_at(alert: Alert, start: datetime, node: Node) -> Moment | None:
    """The figures of an interval by the prices that are held now; None if they are not known."""
    end = start + alert.market.interval
    series = held_prices.series(node.pk, alert.market, [alert.watch], start, end)
    price, value = series.prices.get(start), series.value(alert.watch, start)
    if price is None or not series.is_known(alert.watch, start):
        return None
    return Moment(start, price, price if value is None else value)
