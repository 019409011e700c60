"""Which of several alerts matters most."""

from collections.abc import Sequence
from decimal import Decimal

from alerts.courses import watches_low
from alerts.models import SEVERITIES, Alert, Transition

SEVERITY_NAMES = [name for name, _ in SEVERITIES]


def gravest_first(transitions: Sequence[Transition]) -> list[Transition]:
    """One transition for each alert, the first that is told; the gravest alert leads."""
    first: dict[int, Transition] = {}
    for one in transitions:
        first.setdefault(one.alert_id, one)
    return sorted(first.values(), key=lambda one: gravity(one.alert), reverse=True)


def gravity(alert: Alert) -> tuple[bool, int, bool, Decimal, int]:
    """By which the gravest of several alerts is the greatest: open ones, the most severe, those on
    the price itself, those with the furthest limit, and the first of them."""
    own = alert.conditions[0]
    reach = -own.limit if watches_low(own) else own.limit
    return is_open(alert), severity_rank(alert), own.watched == "lmp", reach, -alert.pk


def severity_rank(alert: Alert) -> int:
    return SEVERITY_NAMES.index(alert.severity)


def is_open(alert: Alert) -> bool:
    return alert.cleared_at is None and alert.retracted_at is None
