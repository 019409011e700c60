"""Composes messages: about an alert's transition, a digest, or a test."""

from datetime import datetime
from typing import Any

from django.conf import settings

from alerts import wording
from alerts.delivery.message import Message
from alerts.models import CLEARED, OPENED, RETRACTED, Delivery, Method, Transition
from market.intervals import iso
from market.markets import Market
from prices.plain_text import cleaned

PREFIXES = {OPENED: "", CLEARED: "Cleared: ", RETRACTED: "Retracted: "}


def message_of(delivery: Delivery) -> Message:
    """The message of a delivery, the same at every try."""
    if delivery.transition is not None:
        return alert_message(delivery.key, delivery.transition)
    return Message(key=delivery.key, kind=delivery.kind, **(delivery.content or {}))


def alert_message(key: str, transition: Transition) -> Message:
    """The message about a transition. It names the day, as it may be read on another."""
    alert = transition.alert
    text = wording.dated(transition.text, transition.interval_start, transition.at)
    lines = [text, f"Rule: {cleaned(str(alert.facts['rule']))}"]
    return Message(
        key=key,
        kind=transition.kind,
        severity=alert.severity,
        subject=f"{PREFIXES[transition.kind]}{text}",
        text="\n".join(lines),
        at=iso(transition.at),
        link=link(),
        facts=facts(transition),
    )


def facts(transition: Transition) -> dict[str, Any]:
    """An alert for programs, as it was when it opened; prices in $/MWh."""
    alert = transition.alert
    interval = Market(alert.facts["market"]).interval
    return {
        "alert_id": alert.pk,
        "rule_id": alert.rule_id,
        "wording": alert.wording,
        **alert.facts,
        "price": float(transition.price),
        "value": float(transition.value),
        "interval_start": iso(transition.interval_start),
        "interval_end": iso(transition.interval_start + interval),
        "source": settings.PRICE_SOURCE,
    }


def test_content(method: Method, *, now: datetime) -> dict[str, Any]:
    return content(
        "Test from CAISO Live",
        f"This is a test of {method}. Alerts arrive like this; nothing has happened.",
        now=now,
    )


def content(subject: str, text: str, *, now: datetime, **facts: Any) -> dict[str, Any]:
    """The content of a digest or a test, as its delivery stores it."""
    return {
        "severity": "info",
        "subject": subject,
        "text": text,
        "at": iso(now),
        "link": link(),
        "facts": {**facts, "source": settings.PRICE_SOURCE},
    }


def link() -> str:
    """The URL of the alerts page; empty if SITE_URL is not set."""
    return f"{settings.SITE_URL}/alerts/" if settings.SITE_URL else ""
