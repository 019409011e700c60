"""Messages about operational alerts, composed at each try by what is known then."""

from django.conf import settings

from alerts.delivery.message import Message
from alerts.models import CLEARED, OPENED, Delivery, OperationalAlert
from alerts.operations.words import subject, when, words_of
from market.intervals import iso


def operational_message(delivery: Delivery) -> Message:
    """What is wrong, since when and what to do; or that it is over."""
    alert = delivery.operational
    assert alert is not None
    is_over = delivery.kind == CLEARED
    words = words_of(alert.kind)
    return Message(
        key=delivery.key,
        kind=delivery.kind,
        severity="info" if is_over else words.severity,
        subject=f"{subject(alert.kind, alert.subject, is_over=is_over)} · CAISO Live",
        text=over_text(alert) if is_over else alert.reason,
        at=iso((alert.cleared_at if is_over else alert.opened_at) or alert.since),
        link=f"{settings.SITE_URL}/status/" if settings.SITE_URL else "",
        facts=facts(alert),
        details=() if is_over else details(alert, words.advice),
        replies_to=opening(delivery) if is_over else (),
    )


def over_text(alert: OperationalAlert) -> str:
    ended = f", until {when(alert.cleared_at)}" if alert.cleared_at else ""
    return f"It lasted from {when(alert.since)}{ended}. The last that was seen: {alert.reason}"


def details(alert: OperationalAlert, advice: str) -> tuple[tuple[str, str], ...]:
    over = (("Over already", when(alert.cleared_at)),) if alert.cleared_at else ()
    return (("Since", when(alert.since)), *over, ("What to do", advice))


def facts(alert: OperationalAlert) -> dict[str, str | int | None]:
    """For programs."""
    return {
        "operational_alert_id": alert.pk,
        "operational": alert.kind,
        "which": alert.subject,
        "reason": alert.reason,
        "since": iso(alert.since),
        "cleared_at": iso(alert.cleared_at) if alert.cleared_at else None,
    }


def opening(delivery: Delivery) -> tuple[str, ...]:
    """The key of the message to this method that said that it opened."""
    opened = Delivery.objects.filter(
        operational=delivery.operational_id, method=delivery.method_id, kind=OPENED
    )
    return tuple(opened.values_list("key", flat=True))
