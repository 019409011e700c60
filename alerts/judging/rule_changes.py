"""What an administrator changes on a rule, while workers judge by it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from alerts.judging.withdrawing import CHANGED, withdraw
from alerts.models import Rule

MEANING = {"node", "market", "watched", "direction", "span"}
LIMITS = {"limit", "clear_limit", "for_minutes", "cool_down_minutes"}
PLACE = (
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
    """Save these fields and no others: a worker may have moved the rule's place since it was read.

    A rule that means something else now, or is switched on again, starts over. One with other
    limits goes on, and judges by them what ends from now on. `conditions`: those changed too.
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
    """Clear what the rule had open, as it was, and save it as if it were made now.

    The event is announced by nobody: the hubs' heartbeat and `catch_up` find it in the database.
    """
    with transaction.atomic():
        rules = Rule.objects.select_related("node").select_for_update(of=("self",), no_key=True)
        withdraw(rules.get(pk=rule.pk), CHANGED, now=now)
        rule.start_at_head()
        rule.judges_from = now
        save_version(rule, [*fields, *PLACE])


def save_version(rule: Rule, fields: Sequence[str]) -> None:
    """Save, so that no worker that judged by the old values can tell anything."""
    with transaction.atomic():
        rule.save(update_fields=fields)
        # A run beyond the limit counts from here on, as it does when it is judged again.
        Rule.objects.filter(pk=rule.pk, beyond=False).update(beyond_since=None)
        Rule.objects.filter(pk=rule.pk).update(version=F("version") + 1)
