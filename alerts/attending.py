"""What people do about alerts: they acknowledge one, or mute a rule. Every open page is told."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from alerts import news
from alerts.locks import lock_rules
from alerts.models import Alert, Rule


def acknowledge(alert_id: int, user: AbstractBaseUser, *, now: datetime) -> None:
    """Record who acknowledged an alert first. Its rule is locked first, as judging does."""
    with transaction.atomic():
        lock_rules(Rule.objects.filter(alert=alert_id))
        fresh = Alert.objects.filter(pk=alert_id, acknowledged_at=None)
        if fresh.update(acknowledged_at=now, acknowledged_by=user.pk):
            alert = Alert.objects.select_related("rule__node").get(pk=alert_id)
            news.acknowledged(alert, user.get_username(), now=now)


def mute(rule_id: int, until: datetime | None, user: AbstractBaseUser, *, now: datetime) -> None:
    """Let a rule send nothing until then; None: let it be heard again."""
    with transaction.atomic():
        rule = Rule.objects.select_related("node").filter(pk=rule_id).first()
        if rule:
            rule.muted_until = until
            rule.save(update_fields=["muted_until"])
            news.muted(rule, user.get_username(), now=now)
