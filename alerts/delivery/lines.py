"""Alerts in one line each: subjects, and the lines of messages about several."""

from datetime import datetime

from alerts import headlines, wording
from alerts.courses import course
from alerts.delivery.course_words import lasted, over, peak, peak_sentence, span
from alerts.delivery.gravity import is_open
from alerts.models import CLEARED, OPENED, RETRACTED, Alert, Transition

BETWEEN = " · "
NEVER = "This alert should not have opened."
NEVER_SENT = "This alert opened, and was withdrawn before a message was sent."


def subject_of(transition: Transition, *, now: datetime) -> str:
    """What a message about a transition says first, without its severity and rule.

    An opening that is told when it is over already says so.
    """
    alert = transition.alert
    if alert.retracted_at is not None:
        return retraction(alert, transition, now=now)
    if transition.kind == OPENED and alert.cleared_at is not None:
        return f"Over already: {over(alert, course(alert), now=now)}"
    text = on_another_day(transition.text, alert, transition.interval_start, now=now)
    if transition.kind == OPENED:
        return text
    return text if alert.cleared_interval is None else f"Cleared: {text}"


def retraction(alert: Alert, transition: Transition, *, now: datetime) -> str:
    """That it was withdrawn, also in place of an opening that was not sent before."""
    last = transition
    if transition.kind != RETRACTED:
        last = alert.transitions.get(kind=RETRACTED)
    return on_another_day(last.text, alert, last.interval_start, now=now)


def on_another_day(text: str, alert: Alert, start: datetime, *, now: datetime) -> str:
    """A text that does not name its interval's day, with it if that is not the day of `now`."""
    market, day = alert.market, wording.day(start)
    if day in text or not headlines.names_day(market, start, now=now):
        return text
    return text.replace(wording.clock(start)[:5], f"{day} {wording.clock(start)[:5]}", 1)


def severity_of(alert: Alert, kind: str) -> str:
    """How grave it is, in capitals, while it is news that it is."""
    return f"{alert.severity.upper()} " if kind == OPENED and is_open(alert) else ""


def rule_of(alert: Alert) -> str:
    """Its rule's name after a dot; empty if it had none."""
    return f"{BETWEEN}{alert.name}" if alert.name else ""


def headline(transition: Transition, *, now: datetime) -> str:
    """`CRITICAL SP15 1,234.56 $/MWh, over 100 · 20:35–20:40 PT · Discharge`."""
    alert = transition.alert
    severity = severity_of(alert, transition.kind)
    return f"{severity}{subject_of(transition, now=now)}{rule_of(alert)}"


def line(transition: Transition, *, now: datetime) -> str:
    """One of several alerts of the same hub and moment; an end says how long it lasted."""
    alert, text = transition.alert, headline(transition, now=now)
    if transition.kind != CLEARED or alert.cleared_interval is None or alert.retracted_at:
        return text
    found = course(alert)
    return f"{text}{BETWEEN}lasted {lasted(found)}{peak(alert, found)}"


def headline_of(alert: Alert, *, now: datetime) -> str:
    """An alert as a digest's subject says it."""
    if is_open(alert):
        return headline(alert.transitions.get(kind=OPENED), now=now)
    return state_line(alert, now=now)


def state_line(alert: Alert, *, now: datetime) -> str:
    """An alert as it stands now, in a digest."""
    return f"{state_text(alert, now=now)}{rule_of(alert)}"


def state_text(alert: Alert, *, now: datetime) -> str:
    if alert.retracted_at is not None:
        return retraction(alert, alert.transitions.get(kind=RETRACTED), now=now)
    found = course(alert)
    if alert.cleared_at is None:
        return f"{alert.severity.upper()} still open: {over(alert, found, now=now)}"
    return f"Over: {over(alert, found, now=now)}"


def told_of(transition: Transition, *, now: datetime) -> list[str]:
    """What there is to say beside the subject: how long the alert lasted and how far it went."""
    alert = transition.alert
    if alert.retracted_at is not None:
        return [NEVER if transition.kind == RETRACTED else NEVER_SENT]
    if alert.cleared_interval is None:
        return []
    found = course(alert)
    return [f"It lasted {lasted(found)}, {span(found, now=now)}{peak_sentence(alert, found)}."]
