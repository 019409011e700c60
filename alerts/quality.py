"""How good a rule is: alerts that it opened, suppressed and had to retract."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from alerts.models import Rule

WEEK = timedelta(days=7)


class Quality(NamedTuple):
    """Alerts opened, crossings that opened none, and alerts retracted."""

    fired: int = 0
    flaps: int = 0
    retracted: int = 0

    @property
    def words(self) -> str:
        if not any(self):
            return "nothing fired"
        flaps = f"{self.flaps} flap{'' if self.flaps == 1 else 's'} suppressed"
        return f"fired {self.fired}, {flaps}, {self.retracted} retracted"


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
