"""The order in which rows are locked, so that there are no deadlocks: rules by id, then feeds.

An UPDATE locks its rows in no certain order. So they are locked in order before it, if the
database locks rows at all (SQLite locks the whole file).
"""

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import QuerySet

from alerts.models import Rule
from prices.models import Feed, Node


def lock_rules(rules: QuerySet[Rule]) -> None:
    """Lock rules, lowest id first. Only inside a transaction."""
    if connection.features.has_select_for_update:
        locked = rules.select_for_update(of=("self",), no_key=True).order_by("pk")
        list(locked.values_list("pk", flat=True))


def lock_with_feeds(rule_ids: Collection[int]) -> None:
    """Lock rules, then their nodes' feeds in the order of OASIS names, as ingest does."""
    rules = Rule.objects.filter(pk__in=rule_ids)
    lock_rules(rules)
    lock_in_order(Feed.objects.filter(node__in=rules.order_by().values("node")))


def lock_feeds(nodes: Iterable[Node]) -> None:
    """Lock the feeds of nodes, in the same order."""
    lock_in_order(Feed.objects.filter(node__in=[node.pk for node in nodes]))


def lock_in_order(feeds: QuerySet[Feed]) -> None:
    if connection.features.has_select_for_update:
        locked = feeds.select_for_update(of=("self",), no_key=True).order_by("node__oasis_name")
        list(locked.values_list("pk", flat=True))
