"""What rules have to tell becomes rows and events: alerts, their transitions, their deliveries.

For use inside the transaction that moves the rules: rows, events and places belong together.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from alerts import wording
from alerts.delivery import outbox
from alerts.judging.verdicts import Judging, Verdict
from alerts.models import CLEARED, OPENED, RETRACTED, Alert, Rule, Transition
from alerts.rules.episodes import Episode
from alerts.rules.rule import Stance
from alerts.rules.rule import Transition as Moved
from alerts.rules.watched import AGE
from market.intervals import iso
from market.markets import Market
from prices.feed import Event
from prices.models import FeedEvent

STATES = {OPENED: "open", CLEARED: "cleared", RETRACTED: "retracted"}
CHANGED = ["cleared_interval", "cleared_at", "retracted_at", "flaps"]


class Telling(NamedTuple):
    """One thing to tell of a rule; `alert_id` names the alert, else it is the one then open."""

    rule: Rule
    kind: str
    start: datetime
    price: Decimal
    value: Decimal
    text: str
    flaps: int = 0
    alert_id: int | None = None


def tellings(verdict: Verdict, judging: Judging) -> list[Telling]:
    """What a verdict has to tell, in the order in which it is told."""
    verdict.rule.node = judging.node
    if verdict.why:
        return amended(verdict, judging)
    return [moved(verdict.rule, one, judging) for one in verdict.transitions]


def moved(rule: Rule, transition: Moved, judging: Judging) -> Telling:
    """That a rule opened or cleared as its intervals came."""
    if transition.opens:
        return telling(rule, OPENED, transition.start, judging)
    return telling(rule, CLEARED, transition.start, judging)._replace(flaps=transition.flaps)


def amended(verdict: Verdict, judging: Judging) -> list[Telling]:
    """What makes up for what was told before prices changed."""
    rule, (retract, clear, raise_) = verdict.rule, verdict.amends
    told = [
        retracted(alert, rule, judging, verdict.why)
        for alert in Alert.objects.filter(pk__in=retract)
    ]
    for alert_id, start in clear:
        told.append(late(verdict, CLEARED, start, judging)._replace(alert_id=alert_id))
    for episode in raise_:
        told += raised(verdict, episode, judging)
    return told


def raised(verdict: Verdict, episode: Episode, judging: Judging) -> list[Telling]:
    """An alert that should have been, with its end where it has one."""
    told = [late(verdict, OPENED, episode.opened, judging)]
    if episode.cleared is not None:
        told.append(late(verdict, CLEARED, episode.cleared, judging))
    return told


def late(verdict: Verdict, kind: str, start: datetime, judging: Judging) -> Telling:
    """That a rule opened or cleared; and why only now, where the interval is no news."""
    amended = verdict.amended_to is not None and start <= verdict.amended_to
    return telling(verdict.rule, kind, start, judging, verdict.why if amended else "")


def telling(rule: Rule, kind: str, start: datetime, judging: Judging, why: str = "") -> Telling:
    """That a rule opened or cleared at an interval."""
    series = judging.series
    price = series.prices[start]
    value = series.value(rule.watch, start)
    value = price if value is None else value
    words = rule.words(over=kind == CLEARED)
    when = wording.interval(series.market, start, now=judging.now)
    text = wording.told(words, rule.condition, price, value, when)
    return Telling(rule, kind, start, price, value, wording.amended(text, why))


def retracted(alert: Alert, rule: Rule, judging: Judging, why: str) -> Telling:
    """That an alert should not have been."""
    series = judging.series
    lmp = series.prices.get(alert.interval_start, alert.price)
    when = wording.interval(series.market, alert.interval_start, now=judging.now)
    text = wording.retracted(alert.wording, alert.price, lmp, when, why)
    return Telling(rule, RETRACTED, alert.interval_start, lmp, alert.value, text, alert_id=alert.pk)


class Written:
    """Alerts and transitions as they are being written."""

    def __init__(self, told: Sequence[Telling]) -> None:
        rules = {telling.rule.pk for telling in told}
        held = Alert.objects.filter(rule__in=rules, retracted_at=None)
        starts = {telling.start for telling in told if telling.kind == OPENED}
        named = {telling.alert_id for telling in told if telling.alert_id}
        self.open = {a.rule_id: a for a in held.filter(cleared_at=None).order_by("interval_start")}
        # One that ended because its rule was changed may open again on the same interval.
        again = held.filter(interval_start__in=starts).exclude(
            cleared_at__isnull=False, cleared_interval=None
        )
        self.there = {(alert.rule_id, alert.interval_start): alert for alert in again}
        self.by_id = Alert.objects.in_bulk(named)
        self.new: list[Alert] = []
        self.changed: list[Alert] = []
        self.transitions: list[Transition] = []

    def add(self, telling: Telling, *, now: datetime) -> bool:
        """One more; False where it has been told before."""
        turned = self.opened if telling.kind == OPENED else self.ended
        alert = turned(telling, now=now)
        if alert is None:
            return False
        self.transitions.append(
            Transition(
                alert=alert,
                kind=telling.kind,
                interval_start=telling.start,
                price=telling.price,
                value=telling.value,
                text=text_of(telling, alert),
                at=now,
            )
        )
        return True

    def opened(self, telling: Telling, *, now: datetime) -> Alert | None:
        """The alert that opens, None where it is there already."""
        rule = telling.rule
        known = self.there.get((rule.pk, telling.start))
        # While data do not come an age rule can open and clear on the same interval again.
        if known and not (rule.watched == AGE and known.cleared_at):
            self.open[rule.pk] = known  # what ends next is this one, also where it is over
            return None
        alert = Alert(
            rule=rule,
            wording=rule.subject,
            severity=rule.severity,
            interval_start=telling.start,
            price=telling.price,
            value=telling.value,
            text=telling.text,
            facts=rule.facts,
            wording_over=rule.words(over=True),
            opened_at=now,
        )
        self.open[rule.pk] = alert
        self.new.append(alert)
        return alert

    def ended(self, telling: Telling, *, now: datetime) -> Alert | None:
        """The alert that clears or is retracted, None where it has."""
        known = self.by_id.get(telling.alert_id or 0) or self.open.get(telling.rule.pk)
        if known is None or known.retracted_at or (telling.kind == CLEARED and known.cleared_at):
            return None
        if telling.kind == CLEARED:
            known.cleared_at, known.flaps = now, telling.flaps
            known.cleared_interval = telling.start
        else:
            known.retracted_at = now
        self.open.pop(telling.rule.pk, None)
        if known.pk:
            self.changed.append(known)
        return known

    def save(self) -> None:
        """All rows."""
        Alert.objects.bulk_create(self.new, batch_size=500)
        Alert.objects.bulk_update(self.changed, CHANGED, batch_size=200)
        Transition.objects.bulk_create(self.transitions, batch_size=500)


def text_of(telling: Telling, alert: Alert) -> str:
    """What is told, by the limits that the alert opened with: its rule may have others now."""
    words = telling.rule.words(over=True)
    if telling.kind != CLEARED or alert.wording_over in ("", words):
        return telling.text
    figures = telling.text.removeprefix(f"{words}: ")
    is_back = telling.rule.condition.stance(telling.value) is Stance.BACK
    if is_back and alert.holds_at(telling.value):
        limit = wording.condition_words(telling.rule.condition)
        return wording.ended(alert.wording, f"over by its new limit ({limit}), {figures}")
    return wording.ended(alert.wording_over, figures)


def tell(told: Iterable[Telling], *, now: datetime) -> list[Event]:
    """Write what is to be told. Returns the events for the node's feed."""
    told = list(told)
    written = Written(told)
    for telling in told:
        written.add(telling, now=now)
    written.save()
    outbox.put(written.transitions, now=now)
    return [event(transition) for transition in written.transitions]


def event(transition: Transition) -> Event:
    """A transition as the feed tells it."""
    alert = transition.alert
    market = Market(alert.facts["market"])
    body = {
        "alert_id": alert.pk,
        "rule_id": alert.rule_id,
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
