"""What an administrator changes on a rule, while workers judge by it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from alerts.models import Rule
from alerts.open_alerts import withdraw

MEANING = {"node", "market", "direction"}
PLACE = ("created_at", "judged_seq", "judged_until", "beyond")


def save_changes(rule: Rule, fields: Sequence[str], *, now: datetime) -> None:
    """Save these fields and no others: a worker may have moved the rule's place since it was read.

    A rule that means something else now starts over.
    """
    if MEANING.isdisjoint(fields):
        rule.save(update_fields=fields)
    else:
        start_over(rule, fields, now=now)


def start_over(rule: Rule, fields: Sequence[str], *, now: datetime) -> None:
    """Clear what the rule had open, as it was, and save it as if it were made now.

    The event is announced by nobody: the hubs' heartbeat and `catch_up` find it in the database.
    """
    with transaction.atomic():
        rules = Rule.objects.select_related("node").select_for_update(of=("self",), no_key=True)
        withdraw(rules.get(pk=rule.pk), "rule changed", now=now)
        rule.start_at_head()
        rule.created_at = now
        rule.save(update_fields=[*fields, *PLACE])
