"""In which order rows are locked, so that nobody waits for each other: rules, then feeds.

An UPDATE of many rows locks them as it comes upon them. Where a database locks rows at all
(SQLite locks the whole file), they are locked by their order first.
"""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from alerts.models import Rule
from prices.models import Feed


def lock_rules(rules: QuerySet[Rule]) -> None:
    """Lock these rules, lowest id first; inside a transaction."""
    if connection.features.has_select_for_update:
        locked = rules.select_for_update(of=("self",), no_key=True).order_by("pk")
        list(locked.values_list("pk", flat=True))


def lock_with_feeds(rule_ids: Collection[int]) -> None:
    """Lock rules and then the feeds of their nodes, as ingest does: by the nodes' OASIS names."""
    rules = Rule.objects.filter(pk__in=rule_ids)
    lock_rules(rules)
    if connection.features.has_select_for_update:
        feeds = Feed.objects.filter(node__in=rules.order_by().values("node"))
        locked = feeds.select_for_update(of=("self",), no_key=True).order_by("node__oasis_name")
        list(locked.values_list("pk", flat=True))
