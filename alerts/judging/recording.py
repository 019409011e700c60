"""Announcements become rows and events: alerts, their transitions, their deliveries.

Call it in the transaction that moves the rules' cursors, so that all of it is stored or nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from alerts.delivery import outbox
from alerts.headlines import Moment
from alerts.judging.texts import text_of
from alerts.judging.verdicts import Judging, Verdict
from alerts.models import CLEARED, OPENED, RETRACTED, Alert, Rule, Transition
from alerts.rules.episodes import Episode
from alerts.rules.rule import Transition as Crossing
from alerts.rules.watched import AGE
from market.intervals import iso
from market.markets import Market
from prices.feed import Event
from prices.models import FeedEvent

STATES = {OPENED: "open", CLEARED: "cleared", RETRACTED: "retracted"}
CHANGED = ["cleared_interval", "cleared_at", "retracted_at", "flaps"]


class Announcement(NamedTuple):
    """That an alert opened, cleared or was retracted.

    `alert_id` is for alerts that are not the rule's open one; values as `alerts.rules.watched` has
    them.
    """

    rule: Rule
    kind: str
    start: datetime
    price: Decimal
    value: Decimal
    why: str = ""  # why it comes late
    flaps: int = 0
    alert_id: int | None = None

    @property
    def moment(self) -> Moment:
        return Moment(self.start, self.price, self.value)


def announcements(verdict: Verdict, judging: Judging) -> list[Announcement]:
    """What a verdict announces, in order."""
    verdict.rule.node = judging.node
    if verdict.why:
        return amendments(verdict, judging)
    return [crossing(verdict.rule, one, judging) for one in verdict.transitions]


def crossing(rule: Rule, found: Crossing, judging: Judging) -> Announcement:
    """A new interval opened or cleared the rule."""
    if found.opens:
        return announcement(rule, OPENED, found.start, judging)
    return announcement(rule, CLEARED, found.start, judging)._replace(flaps=found.flaps)


def amendments(verdict: Verdict, judging: Judging) -> list[Announcement]:
    """What corrects earlier announcements, now that prices have changed."""
    rule, (retract, clear, raise_) = verdict.rule, verdict.amends
    found = [
        retraction(alert, rule, judging, verdict.why)
        for alert in Alert.objects.filter(pk__in=retract)
    ]
    for alert_id, start in clear:
        found.append(amendment(verdict, CLEARED, start, judging)._replace(alert_id=alert_id))
    for episode in raise_:
        found += missing_alert(verdict, episode, judging)
    return found


def missing_alert(verdict: Verdict, episode: Episode, judging: Judging) -> list[Announcement]:
    """An alert that should have opened, and its end if it has one."""
    found = [amendment(verdict, OPENED, episode.opened, judging)]
    if episode.cleared is not None:
        found.append(amendment(verdict, CLEARED, episode.cleared, judging))
    return found


def amendment(verdict: Verdict, kind: str, start: datetime, judging: Judging) -> Announcement:
    """That a rule opened or cleared, with the reason for the delay unless the interval is new."""
    is_amended = verdict.amended_to is not None and start <= verdict.amended_to
    return announcement(verdict.rule, kind, start, judging, verdict.why if is_amended else "")


def announcement(
    rule: Rule, kind: str, start: datetime, judging: Judging, why: str = ""
) -> Announcement:
    """That a rule opened or cleared at an interval."""
    price, value = figures(rule, start, judging)
    return Announcement(rule, kind, start, price, value, why)


def figures(rule: Rule, start: datetime, judging: Judging) -> tuple[Decimal, Decimal]:
    """The price of an interval and what its rule watches in it."""
    price = judging.series.prices[start]
    value = judging.series.value(rule.watch, start)
    return price, price if value is None else value


def retraction(alert: Alert, rule: Rule, judging: Judging, why: str) -> Announcement:
    """That an alert should not have opened: with the figures of its interval as they are now.

    What is not held any more, or not known, is as it was.
    """
    start = alert.interval_start
    price, value = judging.series.prices.get(start, alert.price), alert.value
    if judging.series.is_known(rule.watch, start):
        price, value = figures(rule, start, judging)
    return Announcement(rule, RETRACTED, start, price, value, why, alert_id=alert.pk)


class AlertWriter:
    """The rows for some announcements, kept until `save`."""

    def __init__(self, found: Sequence[Announcement]) -> None:
        rules = {one.rule.pk for one in found}
        stored = Alert.objects.filter(rule__in=rules, retracted_at=None)
        starts = {one.start for one in found if one.kind == OPENED}
        named = {one.alert_id for one in found if one.alert_id}
        self.open = {
            a.rule_id: a for a in stored.filter(cleared_at=None).order_by("interval_start")
        }
        # An alert that ended because its rule was changed may open again on the same interval.
        on_these_intervals = stored.filter(interval_start__in=starts).exclude(
            cleared_at__isnull=False, cleared_interval=None
        )
        self.by_interval = {(one.rule_id, one.interval_start): one for one in on_these_intervals}
        self.by_id = Alert.objects.in_bulk(named)
        self.new: list[Alert] = []
        self.changed: list[Alert] = []
        self.transitions: list[Transition] = []

    def add(self, found: Announcement, *, now: datetime) -> bool:
        """Add one announcement; False if it was recorded before."""
        alert = (self.opened if found.kind == OPENED else self.ended)(found, now=now)
        if alert is None:
            return False
        self.transitions.append(
            Transition(
                alert=alert,
                kind=found.kind,
                interval_start=found.start,
                price=found.price,
                value=found.value,
                text=text(found, alert, now=now),
                at=now,
            )
        )
        return True

    def opened(self, found: Announcement, *, now: datetime) -> Alert | None:
        """A new alert, None if it exists."""
        rule = found.rule
        known = self.by_interval.get((rule.pk, found.start))
        # While no data come, an age rule can open and clear on the same interval again.
        if known and not (rule.watched == AGE and known.cleared_at):
            self.open[rule.pk] = known  # the next end is its end, even if it is over
            return None
        alert = Alert(
            rule=rule,
            wording=rule.subject,
            severity=rule.severity,
            interval_start=found.start,
            price=found.price,
            value=found.value,
            facts=rule.facts,
            opened_at=now,
        )
        alert.text = text(found, alert, now=now)
        self.open[rule.pk] = alert
        self.new.append(alert)
        return alert

    def ended(self, found: Announcement, *, now: datetime) -> Alert | None:
        """The alert that clears or is retracted, None if it did before."""
        known = self.by_id.get(found.alert_id or 0) or self.open.get(found.rule.pk)
        if known is None or known.retracted_at or (found.kind == CLEARED and known.cleared_at):
            return None
        if found.kind == CLEARED:
            known.cleared_at, known.flaps = now, found.flaps
            known.cleared_interval = found.start
        else:
            known.retracted_at = now
        self.open.pop(found.rule.pk, None)
        if known.pk:
            self.changed.append(known)
        return known

    def save(self) -> None:
        """Write all rows."""
        Alert.objects.bulk_create(self.new, batch_size=500)
        Alert.objects.bulk_update(self.changed, CHANGED, batch_size=200)
        Transition.objects.bulk_create(self.transitions, batch_size=500)


def text(found: Announcement, alert: Alert, *, now: datetime) -> str:
    """What is announced, in words."""
    judged_by = [watching.condition for watching in found.rule.watchings]
    return text_of(alert, found.kind, found.moment, found.why, now=now, judged_by=judged_by)


def record(found: Sequence[Announcement], *, now: datetime) -> list[Event]:
    """Store announcements with their deliveries. Returns the events for the node's feed."""
    writer = AlertWriter(found)
    for one in found:
        writer.add(one, now=now)
    writer.save()
    outbox.write_deliveries(writer.transitions, now=now)
    return [event(transition) for transition in writer.transitions]


def event(transition: Transition) -> Event:
    """A transition as an event of the feed; prices in $/MWh."""
    alert = transition.alert
    market = Market(alert.facts["market"])
    body = {
        "alert_id": alert.pk,
        "rule_id": alert.rule_id,
        "name": alert.name,
        "state": STATES[transition.kind],
        "severity": alert.severity,
        "market": market.value,
        "watched": alert.facts["watched"],
        "direction": alert.facts["direction"],
        "limit": alert.facts["limit"],
        "price": float(transition.price),
        "value": float(transition.value),
        "interval_start": iso(transition.interval_start),
        "interval_end": iso(transition.interval_start + market.interval),
        "text": transition.text,
        "at": iso(transition.at),
    }
    return Event(FeedEvent.ALERT, body)
