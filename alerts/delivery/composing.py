"""What a delivery says: the message of an alert's transition, of a digest, or of a test."""

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
    """The message, the same at every try."""
    if delivery.transition is not None:
        return alert_message(delivery.key, delivery.transition)
    return Message(key=delivery.key, kind=delivery.kind, **(delivery.content or {}))


def alert_message(key: str, transition: Transition) -> Message:
    """What is told of an alert. It names the day: it may be sent, or read, on another."""
    alert = transition.alert
    said = wording.dated(transition.text, transition.interval_start, transition.at)
    lines = [said, f"Rule: {cleaned(str(alert.facts['rule']))}"]
    return Message(
        key=key,
        kind=transition.kind,
        severity=alert.severity,
        subject=f"{PREFIXES[transition.kind]}{said}",
        text="\n".join(lines),
        at=iso(transition.at),
        link=link(),
        facts=facts(transition),
    )


def facts(transition: Transition) -> dict[str, Any]:
    """An alert as programs read it, as it was when it opened; prices in $/MWh."""
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
    """What a test delivery says."""
    return content(
        "Test from CAISO Live",
        f"This is a test of {method}. Alerts arrive like this; nothing has happened.",
        now=now,
    )


def content(subject: str, text: str, *, now: datetime, **facts: Any) -> dict[str, Any]:
    """A message that is no alert's, as a delivery keeps it."""
    return {
        "severity": "info",
        "subject": subject,
        "text": text,
        "at": iso(now),
        "link": link(),
        "facts": {**facts, "source": settings.PRICE_SOURCE},
    }


def link() -> str:
    """The page of the alerts, where the site's address is known."""
    return f"{settings.SITE_URL}/alerts/" if settings.SITE_URL else ""
