"""Alerts and rules as `/alerts/` shows them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count

from alerts import wording
from alerts.courses import Peak, watches_low
from alerts.models import CRITICAL, INFO, WARNING, Alert, Delivery, Rule
from alerts.peaks import peaks
from alerts.quality import Quality, crossings
from alerts.rules.watched import AGE, RANKS
from alerts.states import OPEN, STATE_WORDS, lasted
from alerts.wording import duration
from market.intervals import iso, pacific

# The variation selector asks for the sign as text, not as a coloured picture.
SIGNS = {INFO: "○", WARNING: "⚠\ufe0e", CRITICAL: "‼\ufe0e"}
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
SPANS = (("7 days", WEEK), ("30 days", MONTH))
MINUTE = timedelta(minutes=1)


class Figure(NamedTuple):
    """An alert's one number: what it is, the number, its unit."""

    what: str
    number: str
    unit: str = "$/MWh"


class Line(NamedTuple):
    """One alert as text. `since` and `acknowledged` have times in Pacific time."""

    id: int
    text: str
    name: str
    wording: str
    severity: str
    sign: str
    state: str
    since: str
    since_iso: str
    lasted: str
    figure: Figure
    remark: str
    more: list[str]
    deliveries: str
    acknowledged: str


class RuleLine(NamedTuple):
    """One rule: how often it fired lately and for how long, how well, and whether it is muted."""

    id: int
    name: str
    subject: str
    title: str
    severity: str
    sign: str
    active: bool
    open: int
    often: list[tuple[str, str]]
    quality: str
    muted_until: str


def lines(alerts: Iterable[Alert], *, now: datetime) -> list[Line]:
    """A line for each alert."""
    alerts = list(alerts)
    sent = deliveries([alert.pk for alert in alerts])
    far = peaks(alert for alert in alerts if alert.retracted_at is None)
    return [line(alert, sent.get(alert.pk, ""), far.get(alert.pk), now=now) for alert in alerts]


def line(alert: Alert, sent: str, peak: Peak | None, *, now: datetime) -> Line:
    """One alert in the words of its announcement; `sent` counts its deliveries by state."""
    return Line(
        id=alert.pk,
        text=alert.text,
        name=alert.name,
        wording=alert.wording,
        severity=alert.severity,
        sign=SIGNS[alert.severity],
        state=alert.state,
        since=moment(alert.interval_start, now=now),
        since_iso=iso(alert.interval_start),
        lasted=course(alert, now=now),
        figure=figure(alert, peak),
        remark=remark(alert),
        more=more(alert, sent, now=now),
        deliveries=sent,
        acknowledged=acknowledged(alert, now=now),
    )


def course(alert: Alert, *, now: datetime) -> str:
    """How long an alert lasts or lasted."""
    length = lasted(alert, now=now)
    if alert.state != OPEN:
        return f"{STATE_WORDS[alert.state]} after {duration(length)}"
    if alert.interval_start > now:
        return "still to come"
    return f"open for {duration(length)}" if length >= MINUTE else "just opened"


def remark(alert: Alert) -> str:
    """What the alert's text says beyond its rule, price and time: `after a correction`."""
    return wording.reason(alert.text)


def figure(alert: Alert, peak: Peak | None) -> Figure:
    """How far what its rule watches went; where that is not held, what it was as it opened.

    With as many decimals as show on which side of the limit it is.
    """
    condition = alert.conditions[0]
    if condition.watched == AGE:
        return Figure("age of the data", f"{alert.value:.0f}", "min")
    name = "price" if condition.watched in ("lmp", *RANKS) else condition.watched
    number = peak.value if peak else alert.price if name == "price" else alert.value
    if peak:
        name = f"{'lowest' if watches_low(condition) else 'peak'} {name}"
    if condition.watched in RANKS:
        return Figure(name, wording.two_decimals(number))
    return Figure(name, wording.distinct(number, condition.limit))


def more(alert: Alert, sent: str, *, now: datetime) -> list[str]:
    """The remaining facts about an alert that is over."""
    seen = acknowledged(alert, now=now)
    parts = (remark(alert), crossings(alert.flaps), sent and f"messages: {sent}", seen)
    return [part for part in parts if part]


def acknowledged(alert: Alert, *, now: datetime) -> str:
    """By whom it was acknowledged, and when: `acknowledged by anna 20:41 PT`."""
    if alert.acknowledged_at is None:
        return ""
    by = f" by {alert.acknowledged_by.get_username()}" if alert.acknowledged_by else ""
    return f"acknowledged{by} {moment(alert.acknowledged_at, now=now)}"


def moment(when: datetime, *, now: datetime) -> str:
    """`14:35 PT`, with the day if that is not today."""
    local = pacific(when)
    day = "" if local.date() == pacific(now).date() else f"{local:%a %-d %b} "
    year = f"{local:%Y} " if local.year != pacific(now).year else ""
    return f"{day}{year}{wording.clock(when)}"


def deliveries(alert_ids: list[int]) -> dict[int, str]:
    """Each alert's deliveries by state: `2 sent, 1 waiting`."""
    rows = Delivery.objects.filter(transition__alert__in=alert_ids)
    counted = rows.values_list("transition__alert", "state").annotate(Count("pk")).order_by()
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for alert_id, state, count in counted:
        found[alert_id][state] = count
    order = [state for state, _ in Delivery.STATES]
    return {
        alert_id: ", ".join(f"{counts[state]} {state}" for state in order if state in counts)
        for alert_id, counts in found.items()
    }


def rule_lines(rules: Iterable[Rule], *, now: datetime) -> list[RuleLine]:
    """A line for each rule: those with an open alert first, then those with the most alerts."""
    rules = list(rules)
    held = recent([rule.pk for rule in rules], now=now)
    rules.sort(key=lambda rule: (-opens(held[rule.pk]), -len(held[rule.pk]), rule.pk))
    return [rule_line(rule, held[rule.pk], now=now) for rule in rules]


def recent(rule_ids: list[int], *, now: datetime) -> Mapping[int, list[Alert]]:
    """The alerts of the last 30 days, and those still open, by rule."""
    found: dict[int, list[Alert]] = defaultdict(list)
    alerts = Alert.objects.filter(rule__in=rule_ids)
    lately = alerts.filter(opened_at__gte=now - MONTH)
    for alert in lately | alerts.filter(cleared_at=None, retracted_at=None):
        found[alert.rule_id].append(alert)
    return found


def opens(alerts: Iterable[Alert]) -> int:
    return Counter(alert.state for alert in alerts)[OPEN]


def rule_line(rule: Rule, alerts: list[Alert], *, now: datetime) -> RuleLine:
    """One rule, with its alerts of the last 30 days."""
    muted = rule.muted_until is not None and rule.muted_until > now
    good = quality(since(alerts, now - WEEK), rule.flaps)
    return RuleLine(
        id=rule.pk,
        name=rule.name,
        subject=rule.subject,
        title=f"{rule.name} at {rule.node.hub}" if rule.name else rule.subject,
        severity=rule.severity,
        sign=SIGNS[rule.severity],
        active=rule.active,
        open=opens(alerts),
        often=history(rule, alerts, now=now),
        quality=good.words if any(good) else "",
        muted_until=moment(rule.muted_until, now=now) if muted and rule.muted_until else "",
    )


def history(rule: Rule, alerts: list[Alert], *, now: datetime) -> list[tuple[str, str]]:
    """How often it fired; of a time in which it did not watch, only what it did see.

    A rule younger than the longest span says since when it watches as it does.
    """
    rows = [
        (name, often(some, now=now))
        for name, span in SPANS
        if (some := since(alerts, now - span)) or rule.judges_from <= now - span
    ]
    if not rule.active or rule.judges_from <= now - MONTH:
        return rows
    begun = f"since {moment(rule.judges_from, now=now)}"
    return [("watching", begun if rows else f"{begun}, no alert yet"), *rows]


def since(alerts: Iterable[Alert], moment: datetime) -> list[Alert]:
    return [alert for alert in alerts if alert.opened_at >= moment]


def often(alerts: list[Alert], *, now: datetime) -> str:
    """How often, and how long in total, without withdrawn alerts: `3 times, 2 h 10 min`."""
    real = [alert for alert in alerts if alert.retracted_at is None]
    if not real:
        return "no alert"
    times = "once" if len(real) == 1 else f"{len(real):,} times"
    return f"{times}, {duration(sum((lasted(one, now=now) for one in real), timedelta()))}"


def quality(alerts: list[Alert], flaps: int) -> Quality:
    """Alerts that opened or were withdrawn, and crossings; `flaps` are those since the last one."""
    retracted = sum(alert.retracted_at is not None for alert in alerts)
    return Quality(len(alerts), flaps + sum(alert.flaps for alert in alerts), retracted)
