"""What a rule has open ends where the rule itself ends: switched off, or changed."""

from datetime import datetime

from alerts import wording
from alerts.delivery.outbox import put
from alerts.judging.recording import event
from alerts.models import CLEARED, Alert, Rule, Transition
from prices import feed
from prices.feed import Event, FeedRange

SWITCHED_OFF, CHANGED = "rule switched off", "rule changed"
NO_LONGER_TRACKED = "node no longer tracked"


def withdraw(rule: Rule, why: str, *, now: datetime) -> list[FeedRange]:
    """Clear what a rule has open, on its node's feed, because it no longer judges.

    There is no new price: the event repeats the one that opened the alert.
    """
    events: list[Event] = []
    open_ = Alert.objects.filter(rule=rule, cleared_at=None, retracted_at=None)
    for alert in open_.order_by("opened_at"):
        events += ended(alert, rule, wording.ended(alert.wording, why), now=now)
    return [feed.append(rule.node, events, now=now)] if events else []


def ended(alert: Alert, rule: Rule, text: str, *, now: datetime) -> list[Event]:
    """Clear an alert; whoever finds it open tells."""
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
    put([transition], now=now)
    return [event(transition)]
