"""Alerts by their state, and how long each lasted."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from alerts.models import CLEARED, RETRACTED, Alert

OPEN = "open"
STATES = (OPEN, CLEARED, RETRACTED)
# As people say it: prices that were corrected show that an alert should not have opened.
STATE_WORDS = {OPEN: "open", CLEARED: "cleared", RETRACTED: "withdrawn"}


def in_state(alerts: QuerySet[Alert], state: str) -> QuerySet[Alert]:
    """Alerts that are open, cleared or retracted; all of them for any other word."""
    if state == RETRACTED:
        return alerts.filter(retracted_at__isnull=False)
    if state in (OPEN, CLEARED):
        return alerts.filter(retracted_at=None, cleared_at__isnull=state == OPEN)
    return alerts


def lasted(alert: Alert, *, now: datetime) -> timedelta:
    """From the interval that opened an alert to the one that cleared it, or until now.

    If no interval cleared it (it was withdrawn or retracted), from when it opened to when it ended.
    """
    if alert.retracted_at is not None:
        return alert.retracted_at - alert.opened_at
    if alert.cleared_interval is not None:
        return alert.cleared_interval - alert.interval_start
    if alert.cleared_at is not None:
        return alert.cleared_at - alert.opened_at
    return max(timedelta(), now - alert.interval_start)
