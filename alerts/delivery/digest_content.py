"""What a digest says: a line for each alert, as it stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.conf import settings

from alerts.delivery import links
from alerts.delivery.fitting import counted
from alerts.delivery.gravity import gravity, is_open, severity_rank
from alerts.delivery.lines import headline_of, state_line
from alerts.delivery.simulated import marked
from alerts.models import Alert, Transition
from market.intervals import iso

MOST_LINES, MOST_HUBS = 100, 3


def held(transitions: Sequence[Transition], *, now: datetime) -> dict[str, Any]:
    """The morning's digest of what quiet hours held."""
    alerts = alerts_of(transitions)
    still_open = sum(map(is_open, alerts))
    open_words = f", {still_open} still open" if still_open else ""
    subject = f"CAISO Live: {counted(len(alerts))} at {hubs(alerts)} in quiet hours{open_words}"
    return {
        **of_alerts(subject, alerts, now=now),
        "severity": "info",
        "facts": facts(held=len(alerts)),
    }


def gathered(transitions: Sequence[Transition], *, now: datetime) -> dict[str, Any]:
    """A digest of many alerts at once, with the severity of the worst."""
    alerts = alerts_of(transitions)
    return of_alerts(gathered_subject(alerts, now=now), alerts, now=now)


def again(
    content: Mapping[str, Any], transitions: Sequence[Transition], *, now: datetime
) -> dict[str, Any]:
    """A digest that was not sent yet, with what has been corrected since."""
    compose = held if "held" in content["facts"] else gathered
    return compose(transitions, now=now) | {"at": content["at"]}


def gathered_subject(alerts: Sequence[Alert], *, now: datetime) -> str:
    """The gravest alert that is open, and how many more; or that all are over."""
    still_open = list(filter(is_open, alerts))
    if not still_open and len(alerts) > 1:
        return f"CAISO Live: {counted(len(alerts))} at {hubs(alerts)}, all over already"
    first = max(still_open or alerts, key=gravity)
    more = f", and {len(alerts) - 1} more" if alerts[1:] else ""
    return f"{headline_of(first, now=now)}{more}"


def of_alerts(subject: str, alerts: Sequence[Alert], *, now: datetime) -> dict[str, Any]:
    """The content: each alert one line, in order, up to a hundred."""
    lines = [state_line(alert, now=now) for alert in alerts[:MOST_LINES]]
    worst = max(alerts, key=severity_rank).severity
    found = content(marked(subject), "\n".join(lines), now=now)
    return {**found, "severity": worst, "messages": len(alerts)}


def alerts_of(transitions: Sequence[Transition]) -> list[Alert]:
    """The alerts that transitions are of, each once, in the order of their openings."""
    found = {one.alert_id: one.alert for one in transitions}
    return sorted(found.values(), key=attrgetter("interval_start", "pk"))


def hubs(alerts: Sequence[Alert]) -> str:
    """`SP15 and NP15`; of many the first three."""
    names = list(dict.fromkeys(str(alert.facts["hub"]) for alert in alerts))
    *first, last = [*names[:MOST_HUBS], *(["other hubs"] if names[MOST_HUBS:] else [])]
    return f"{', '.join(first)} and {last}" if first else last


def content(subject: str, text: str, *, now: datetime) -> dict[str, Any]:
    """The content of a digest or a test, as its delivery stores it."""
    return {
        "severity": "info",
        "subject": subject,
        "text": text,
        "at": iso(now),
        "link": links.alerts_page(),
        "facts": facts(),
    }


def facts(**more: Any) -> dict[str, Any]:
    return {**more, "source": settings.PRICE_SOURCE}
