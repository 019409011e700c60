"""Alerts open and clear here, each with the event that says so on its node's feed.

For use inside the transaction that moves the rule: the row and its event belong together.
"""

from datetime import datetime

from alerts.models import Alert, Rule
from alerts.rules import Crossing, wording, wording_of_end
from prices import feed
from prices.feed import Event, Publication
from prices.intervals import iso
from prices.market import Market
from prices.models import FeedEvent

NAMES = {Market.RTM: "real-time", Market.RTPD: "fifteen-minute", Market.DAM: "day-ahead"}


def cross(rule: Rule, crossing: Crossing, *, now: datetime) -> list[Event]:
    """Open the alert of a crossing, or clear the one that was open before it."""
    text = wording(rule.node.hub, NAMES[Market(rule.market)], rule.threshold, crossing)
    if crossing.opens:
        return opened(rule, crossing, text, now=now)
    alerts = Alert.objects.filter(rule=rule, interval_start__lt=crossing.interval_start)
    alert = alerts.filter(cleared_at=None).order_by("opened_at").last()
    return cleared(alert, rule, crossing, text, now=now) if alert else []


def withdraw(rule: Rule, why: str, *, now: datetime) -> list[Publication]:
    """Clear what a rule has open, on its node's feed, because it no longer judges.

    There is no new price: the event repeats the one that opened the alert.
    """
    text = wording_of_end(rule.node.hub, NAMES[Market(rule.market)], rule.threshold, why)
    events: list[Event] = []
    for alert in Alert.objects.filter(rule=rule, cleared_at=None).order_by("opened_at"):
        last = Crossing(alert.interval_start, alert.price, opens=False)
        events += cleared(alert, rule, last, text, now=now)
    return [feed.append(rule.node, events, now=now)] if events else []


def opened(rule: Rule, crossing: Crossing, text: str, *, now: datetime) -> list[Event]:
    """Open an alert. One that was there already is not told again."""
    alert, is_new = Alert.objects.get_or_create(
        rule=rule,
        interval_start=crossing.interval_start,
        defaults={"price": crossing.price, "text": text, "opened_at": now},
    )
    return [event(alert, rule, crossing, text, now=now)] if is_new else []


def cleared(
    alert: Alert, rule: Rule, crossing: Crossing, text: str, *, now: datetime
) -> list[Event]:
    """Clear an alert; whoever finds it open tells."""
    if not Alert.objects.filter(pk=alert.pk, cleared_at=None).update(cleared_at=now):
        return []
    return [event(alert, rule, crossing, text, now=now)]


def event(alert: Alert, rule: Rule, crossing: Crossing, text: str, *, now: datetime) -> Event:
    """An alert as the feed tells it."""
    body = {
        "alert_id": alert.pk,
        "rule_id": rule.pk,
        "state": "open" if crossing.opens else "cleared",
        "market": rule.market,
        "direction": rule.direction,
        "limit": float(rule.limit),
        "price": float(crossing.price),
        "interval_start": iso(crossing.interval_start),
        "interval_end": iso(crossing.interval_start + Market(rule.market).interval),
        "text": text,
        "at": iso(now),
    }
    return Event(FeedEvent.ALERT, body)
