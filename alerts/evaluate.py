"""Rules against the feed: every new interval is judged once, and a crossing makes one alert.

A rule keeps its own place in its node's log. Whoever moves that place with an UPDATE that still
finds the old one owns the step; the alert, its feed event and the new place are one transaction.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from alerts.models import Alert, Rule
from alerts.rules import Crossing, Judged, Observed, Threshold, judge, wording
from prices import feed
from prices.feed import Event, Publication
from prices.intervals import from_iso, iso
from prices.market import Market
from prices.models import Feed, FeedEvent

NAMES = {Market.RTM: "real-time", Market.RTPD: "fifteen-minute", Market.DAM: "day-ahead"}


def evaluate(*, now: datetime) -> list[Publication]:
    """Bring every active rule up to its node's head. Returns what the feeds learned."""
    heads = dict(Feed.objects.values_list("node_id", "head"))
    told: list[Publication] = []
    for rule in Rule.objects.select_related("node").order_by("pk"):
        head = heads.get(rule.node_id, 0)
        if rule.judged_seq == head:
            continue
        if rule.active:
            told += advance(rule, head, now=now)
        else:
            stand_down(rule, head, now=now)
    return told


def stand_down(rule: Rule, head: int, *, now: datetime) -> None:
    """Keep a rule that is switched off at the head: switched on, it starts from there."""
    Rule.objects.filter(pk=rule.pk, active=False).update(judged_seq=head, beyond=False)
    Alert.objects.filter(rule=rule, cleared_at=None).update(cleared_at=now)


def advance(rule: Rule, head: int, *, now: datetime) -> list[Publication]:
    """Judge what the feed holds between the rule's place and `head`."""
    threshold = Threshold(rule.direction, rule.limit)
    before = Judged(rule.judged_until, rule.beyond)
    judged, crossings = judge(threshold, before, observed(rule, head))
    with transaction.atomic():
        if not claim(rule, head, judged):
            return []
        told = (cross(rule, threshold, crossing, now=now) for crossing in crossings)
        events = [event for event in told if event]
        return [feed.append(rule.node, events, now=now)] if events else []


def claim(rule: Rule, head: int, judged: Judged) -> bool:
    """Move the rule's place; False when somebody else did, or an administrator changed the rule."""
    return bool(
        Rule.objects.filter(
            pk=rule.pk,
            judged_seq=rule.judged_seq,
            active=True,
            limit=rule.limit,
            direction=rule.direction,
        ).update(judged_seq=head, judged_until=judged.until, beyond=judged.beyond)
    )


def observed(rule: Rule, head: int) -> list[Observed]:
    """New intervals of the rule's market that ended after the rule was made.

    A price that was there before the rule is no news, and corrections are not judged here.
    """
    events = FeedEvent.objects.filter(
        node=rule.node_id, kind=FeedEvent.PRICE, seq__gt=rule.judged_seq, seq__lte=head
    )
    bodies = events.values_list("body", flat=True)
    return [
        Observed(from_iso(body["interval_start"]), Decimal(str(body["lmp"])))
        for body in bodies
        if body["market"] == rule.market and from_iso(body["interval_end"]) > rule.created_at
    ]


def cross(rule: Rule, threshold: Threshold, crossing: Crossing, *, now: datetime) -> Event | None:
    """Open the alert, or clear the open one, and say so on the feed."""
    text = wording(rule.node.hub, NAMES[Market(rule.market)], threshold, crossing)
    if crossing.opens:
        alert = Alert.opened_by(rule, crossing, text, now=now)
        alert.save()
        return Event(FeedEvent.ALERT, alert_body(alert, rule, crossing, text, now=now))
    open_alert = Alert.objects.filter(rule=rule, cleared_at=None).order_by("opened_at").last()
    if open_alert is None:
        return None
    open_alert.cleared_at = now
    open_alert.save(update_fields=["cleared_at"])
    return Event(FeedEvent.ALERT, alert_body(open_alert, rule, crossing, text, now=now))


def alert_body(
    alert: Alert, rule: Rule, crossing: Crossing, text: str, *, now: datetime
) -> feed.Body:
    """An alert as the feed tells it."""
    market = Market(rule.market)
    return {
        "alert_id": alert.pk,
        "rule_id": rule.pk,
        "state": "open" if crossing.opens else "cleared",
        "market": rule.market,
        "direction": rule.direction,
        "limit": float(rule.limit),
        "price": float(crossing.price),
        "interval_start": iso(crossing.interval_start),
        "interval_end": iso(crossing.interval_start + market.interval),
        "text": text,
        "at": iso(now),
    }
