"""How good a rule is: alerts it opened, crossings it left out, alerts it had to withdraw."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from alerts.models import Rule

WEEK = timedelta(days=7)


class Quality(NamedTuple):
    """Alerts opened, crossings that opened none, and alerts withdrawn."""

    fired: int = 0
    flaps: int = 0
    retracted: int = 0

    @property
    def words(self) -> str:
        """`2 alerts, none withdrawn, 3 short crossings left out`."""
        parts = [counted(self.fired, "alert")]
        if self.fired:
            parts.append(f"{self.retracted or 'none'} withdrawn")
        return ", ".join([*parts, crossings(self.flaps)] if self.flaps else parts)


def crossings(flaps: int) -> str:
    """Crossings of the limit that were too short or too soon to open anything; empty if none."""
    return f"{counted(flaps, 'short crossing')} left out" if flaps else ""


def counted(count: int, name: str) -> str:
    """`no alert`, `1 alert`, `2 alerts`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}" if count else f"no {name}s"


def with_quality(rules: "QuerySet[Rule]", *, since: datetime) -> "QuerySet[Rule, Any]":
    """Rules, each annotated with `fired`, `flapped` and `taken_back` since then."""
    since_then = Q(alert__opened_at__gte=since)
    return rules.annotate(
        fired=Count("alert", filter=since_then),
        flapped=Coalesce(Sum("alert__flaps", filter=since_then), 0),
        taken_back=Count("alert", filter=since_then & Q(alert__retracted_at__isnull=False)),
    )


def quality_of(rule: Any) -> Quality:
    """The quality of a rule from `with_quality`, with its flaps since the last alert."""
    return Quality(rule.fired, rule.flapped + rule.flaps, rule.taken_back)
