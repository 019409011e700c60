"""Saves an administrator's changes to a rule while workers judge by it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from alerts.judging.withdrawing import CHANGED, withdraw
from alerts.models import Rule

MEANING = {"node", "market", "watched", "direction", "span"}
LIMITS = {"limit", "clear_limit", "for_minutes", "cool_down_minutes"}
STATE_FIELDS = (
    "judges_from",
    "judged_seq",
    "judged_until",
    "judged_end",
    "beyond",
    "beyond_since",
    "calm_until",
    "flaps",
)


def save_changes(
    rule: Rule, fields: Sequence[str], *, now: datetime, conditions: bool = False
) -> None:
    """Save only these fields: a worker may have moved the rule's cursor since it was read.

    If its meaning changed or it was switched on, the rule starts over. If its limits changed, it
    goes on, and judges intervals that end from now on by the new ones. `conditions` says whether
    the rule's conditions changed too.
    """
    changed, kept = set(fields), [name for name in fields if name != "methods"]
    switched_on = "active" in changed and rule.active
    if conditions or switched_on or not MEANING.isdisjoint(changed):
        start_over(rule, kept, now=now)
    elif not LIMITS.isdisjoint(changed):
        rule.judges_from = now
        save_version(rule, [*kept, "judges_from"])
    else:
        rule.save(update_fields=kept)


def start_over(rule: Rule, fields: Sequence[str], *, now: datetime) -> None:
    """Clear the rule's open alerts and save it as if it were new.

    Nothing is broadcast: the fan-outs' heartbeat and `catch_up` find the events in the database.
    """
    with transaction.atomic():
        rules = Rule.objects.select_related("node").select_for_update(of=("self",), no_key=True)
        withdraw(rules.get(pk=rule.pk), CHANGED, now=now)
        rule.start_at_head()
        rule.judges_from = now
        save_version(rule, [*fields, *STATE_FIELDS])


def save_version(rule: Rule, fields: Sequence[str]) -> None:
    """Save, and make sure that no worker announces what it judged by the old values."""
    with transaction.atomic():
        rule.save(update_fields=fields)
        # A run beyond the limit counts from now on, as it does when it is judged again.
        Rule.objects.filter(pk=rule.pk, beyond=False).update(beyond_since=None)
        Rule.objects.filter(pk=rule.pk).update(version=F("version") + 1)
