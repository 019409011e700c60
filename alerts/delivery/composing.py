"""Composes messages: about alerts' transitions, a digest, or a test."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from alerts.delivery import digest_content, links
from alerts.delivery.alert_details import alert_details
from alerts.delivery.gravity import gravest_first
from alerts.delivery.lines import headline, line, told_of
from alerts.delivery.message import Message
from alerts.delivery.operational import operational_message
from alerts.delivery.simulated import marked
from alerts.models import OPENED, Delivery, Method, Transition
from market.intervals import iso

# Deliveries whose message was sent, or may have been.
ARRIVED = (Delivery.WAITING, Delivery.SENT, Delivery.IN_DIGEST)


def message_of(delivery: Delivery, *, now: datetime) -> Message:
    """The message of a delivery, under the same key at every try.

    It says what is held and known at that moment: after a correction, the corrected figures.
    """
    if delivery.operational_id is not None:
        return operational_message(delivery)
    told = [one.transition for one in told_by(delivery) if one.transition is not None]
    if delivery.transition is not None:
        return alert_message(delivery, [delivery.transition, *told], now=now)
    content = delivery.content or {}
    if delivery.kind == Delivery.DIGEST and told:
        content = digest_content.again(content, told, now=now)
    return Message(key=delivery.key, kind=delivery.kind, **content)


def told_by(delivery: Delivery) -> list[Delivery]:
    """The deliveries that this one's message is for as well."""
    related = ("transition__alert__rule__node",)
    return list(delivery.told.select_related(*related).order_by("pk"))


def alert_message(delivery: Delivery, told: Sequence[Transition], *, now: datetime) -> Message:
    """The message about one transition, or about several of the same hub and moment."""
    transitions = gravest_first(told)
    first = transitions[0]
    alert = first.alert
    more = f", and {len(transitions) - 1} more" if transitions[1:] else ""
    head = f"{headline(first, now=now)}{more}"
    several = [line(one, now=now) for one in transitions] if more else told_of(first, now=now)
    return Message(
        key=delivery.key,
        kind=first.kind,
        severity=alert.severity,
        subject=marked(head),
        text="\n".join(several),
        at=iso(first.at),
        link=links.alert(alert),
        facts=facts(first),
        details=alert_details(transitions, now=now),
        links=links.of(transitions),
        replies_to=openings(delivery, transitions),
    )


def openings(delivery: Delivery, transitions: Sequence[Transition]) -> tuple[str, ...]:
    """The keys of the messages to this method that said the alerts' openings."""
    if transitions[0].kind == OPENED:
        return ()
    alerts = [one.alert_id for one in transitions]
    found = Delivery.objects.filter(
        method=delivery.method_id, kind=OPENED, transition__alert__in=alerts, state__in=ARRIVED
    )
    rows = found.select_related("within").order_by("pk")
    by_alert = [(one.within or one).key for one in rows]
    return tuple(key for key in dict.fromkeys(by_alert) if key != delivery.key)


def facts(transition: Transition) -> dict[str, Any]:
    """An alert for programs, as it was when it opened; prices in $/MWh."""
    alert = transition.alert
    return {
        "alert_id": alert.pk,
        "rule_id": alert.rule_id,
        "wording": alert.wording,
        **alert.facts,
        "price": float(transition.price),
        "value": float(transition.value),
        "interval_start": iso(transition.interval_start),
        "interval_end": iso(transition.interval_start + alert.market.interval),
        "source": settings.PRICE_SOURCE,
    }


def test_content(method: Method, *, now: datetime) -> dict[str, Any]:
    """The content of a test, as its delivery stores it."""
    return digest_content.content(
        "Test from CAISO Live",
        f"This is a test of {method}. Alerts arrive like this; nothing has happened.",
        now=now,
    )
