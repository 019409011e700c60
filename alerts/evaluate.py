"""Rules against the feed: every new interval is judged once, and a crossing makes one alert.

A rule keeps its own place in its node's log. Whoever moves that place with an UPDATE that still
finds the old one owns the step; the alert, its feed event and the new place are one transaction.
"""

from datetime import datetime
from decimal import Decimal

import structlog
from django.db import DatabaseError, transaction

from alerts.models import Rule
from alerts.open_alerts import cross, withdraw
from alerts.rules import Judged, Observed, judge
from prices import feed
from prices.feed import Event, Publication
from prices.intervals import from_iso
from prices.models import Feed, FeedEvent

log = structlog.get_logger(__name__)


def evaluate(*, now: datetime) -> list[Publication]:
    """Bring every rule up to its node's head. Returns what the feeds learned.

    A rule that the database refuses is logged and judged again at the next call.
    """
    # The rules first: a head that was read before them could be behind a rule's place.
    rules = list(Rule.objects.select_related("node").order_by("pk"))
    heads = dict(Feed.objects.values_list("node_id", "head"))
    told: list[Publication] = []
    for rule in rules:
        try:
            told += bring_up(rule, heads.get(rule.node_id, 0), now=now)
        except DatabaseError as fault:
            log.warning("rule not judged", rule=rule.pk, why=str(fault))
    return told


def bring_up(rule: Rule, head: int, *, now: datetime) -> list[Publication]:
    """Bring one rule up to `head`, as far as there is anything to do."""
    if rule.active:
        return advance(rule, head, now=now) if rule.judged_seq != head else []
    return stand_down(rule, head, now=now) if rule.judged_seq != head or rule.beyond else []


def stand_down(rule: Rule, head: int, *, now: datetime) -> list[Publication]:
    """Keep a rule that is switched off at the head: switched on, it starts from there."""
    with transaction.atomic():
        if not claim(rule, head, Judged(rule.judged_until, beyond=False)):
            return []
        return withdraw(rule, "rule switched off", now=now)


def advance(rule: Rule, head: int, *, now: datetime) -> list[Publication]:
    """Judge what the feed holds between the rule's place and `head`."""
    before = Judged(rule.judged_until, rule.beyond)
    judged, crossings = judge(rule.threshold, before, observed(rule, head))
    with transaction.atomic():
        if not claim(rule, head, judged):
            return []
        events: list[Event] = []
        for crossing in crossings:
            events += cross(rule, crossing, now=now)
        return [feed.append(rule.node, events, now=now)] if events else []


def claim(rule: Rule, head: int, judged: Judged) -> bool:
    """Move the rule's place; False when somebody else did, or an administrator changed the rule."""
    return bool(
        Rule.objects.filter(
            pk=rule.pk,
            judged_seq=rule.judged_seq,
            active=rule.active,
            node=rule.node_id,
            market=rule.market,
            direction=rule.direction,
            limit=rule.limit,
        ).update(judged_seq=head, judged_until=judged.until, beyond=judged.beyond)
    )


def observed(rule: Rule, head: int) -> list[Observed]:
    """New intervals of the rule's market that ended after the rule was made.

    A price that was there before the rule is no news: the rule's place began at the head. Nor is
    an older one that is backfilled since. Corrections are not judged here.
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
