"""Ends the open alerts of rules that were switched off or changed."""

from datetime import datetime

from alerts import headlines
from alerts.delivery.outbox import write_deliveries
from alerts.judging.recording import event
from alerts.models import CLEARED, Alert, Rule, Transition
from prices import feed
from prices.feed import Event, FeedRange

SWITCHED_OFF, CHANGED = "rule switched off", "rule changed"
NO_LONGER_TRACKED = "node no longer tracked"


def withdraw(rule: Rule, why: str, *, now: datetime) -> list[FeedRange]:
    """Clear a rule's open alerts. Returns the events added to its node's feed.

    There is no new price, so the events repeat the one that opened the alert.
    """
    events: list[Event] = []
    open_ = Alert.objects.filter(rule=rule, cleared_at=None, retracted_at=None)
    for alert in open_.order_by("opened_at"):
        events += clear(alert, rule, headlines.ended(alert.watched, why), now=now)
    return [feed.append(rule.node, events, now=now)] if events else []


def clear(alert: Alert, rule: Rule, text: str, *, now: datetime) -> list[Event]:
    """Clear an alert; no events if another process cleared it."""
    if not Alert.objects.filter(pk=alert.pk, cleared_at=None).update(cleared_at=now):
        return []
    alert.rule = rule
    transition = Transition.objects.create(
        alert=alert,
        kind=CLEARED,
        interval_start=alert.interval_start,
        price=alert.price,
        value=alert.value,
        text=text,
        at=now,
    )
    write_deliveries([transition], now=now)
    return [event(transition)]
