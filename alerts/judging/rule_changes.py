"""Saves people's changes to a rule while workers judge by it, and tells every open page."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from alerts import news, news_words
from alerts.judging.withdrawing import CHANGED, withdraw
from alerts.locks import lock_feeds, lock_with_feeds
from alerts.models import Rule

MEANING = {"node", "market", "watched", "direction", "span"}
LIMITS = {"limit", "clear_limit", "for_minutes", "cool_down_minutes"}
# What pages show of a rule.
SHOWN = MEANING | LIMITS | {"name", "severity", "active"}
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


def announce_added(rule: Rule, *, by: str, now: datetime) -> None:
    """Tell that a rule is new, once its conditions are saved too."""
    added = as_stored(rule)
    text = news_words.added(added.called, added.subject, by)
    news.rules_changed(added.node, rule.pk, text, by, now=now)


def save_changes(
    rule: Rule, fields: Sequence[str], *, now: datetime, by: str = "", conditions: bool = False
) -> None:
    """Save only these fields: a worker may have moved the rule's cursor since it was read.

    If its meaning changed or it was switched on, the rule starts over. If its limits changed, it
    goes on, and judges intervals that end from now on by the new ones. `conditions` says whether
    the rule's conditions changed too, `by` who did it.
    """
    changed, kept = set(fields), [name for name in fields if name != "methods"]
    with transaction.atomic():
        before = locked(rule)
        save_fields(rule, kept, now=now, conditions=conditions)
        if conditions or not SHOWN.isdisjoint(changed):
            announce_changed(before, changed, by=by, now=now)
        if "muted_until" in changed:
            news.muted(as_stored(rule), by, now=now)


def save_fields(rule: Rule, fields: Sequence[str], *, now: datetime, conditions: bool) -> None:
    """Save, and let the rule judge by it from the right moment on."""
    changed = set(fields)
    switched_on = "active" in changed and rule.active
    if conditions or switched_on or not MEANING.isdisjoint(changed):
        start_over(rule, fields, now=now)
    elif not LIMITS.isdisjoint(changed):
        rule.judges_from = now
        save_version(rule, [*fields, "judges_from"])
    else:
        rule.save(update_fields=fields)


def locked(rule: Rule) -> Rule:
    """The rule as it is stored, locked, and the feeds of the nodes it watched and will watch."""
    rules = Rule.objects.select_related("node").select_for_update(of=("self",), no_key=True)
    before = rules.get(pk=rule.pk)
    lock_feeds([before.node, rule.node])
    _ = before.watchings  # before its conditions change
    return before


def announce_changed(before: Rule, fields: Collection[str], *, by: str, now: datetime) -> None:
    """Tell at the rule's node what has changed, and at its former one that the rule is gone."""
    after = as_stored(before)
    news.rules_changed(after.node, after.pk, words(before, after, fields, by), by, now=now)
    if before.node_id != after.node_id:
        gone = news_words.changed(before.called, after.subject, by)
        news.rules_changed(before.node, after.pk, gone, by, now=now)


def words(before: Rule, after: Rule, fields: Collection[str], by: str) -> str:
    """What has changed, in a sentence."""
    shown = SHOWN & {*fields}
    if shown == {"active"}:
        return news_words.switched(after.called, by, on=after.active)
    if shown - {"clear_limit"} == {"limit"} and after.watched == "lmp":
        side = after.condition.direction
        return news_words.moved(before.called, side, after.limit, before.limit, by)
    return news_words.changed(before.called, after.subject, by)


def as_stored(rule: Rule) -> Rule:
    """The rule as it is in the database now."""
    return Rule.objects.select_related("node").get(pk=rule.pk)


def delete_rules(rules: QuerySet[Rule], *, by: str, now: datetime) -> None:
    """Delete rules that have no alerts, and tell their nodes' pages."""
    with transaction.atomic():
        chosen = Rule.objects.filter(pk__in=rules.values("pk")).order_by("pk")
        found = list(chosen.select_related("node"))
        lock_with_feeds([rule.pk for rule in found])
        for rule in found:
            pk, text = rule.pk, news_words.deleted(rule.called, by)
            rule.delete()
            news.rules_changed(rule.node, pk, text, by, now=now)


def start_over(rule: Rule, fields: Sequence[str], *, now: datetime) -> None:
    """Clear the rule's open alerts and save it as if it were new."""
    with transaction.atomic():
        withdraw(as_stored(rule), CHANGED, now=now)
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
