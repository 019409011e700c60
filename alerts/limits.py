"""The limits that pages draw beside the price, and which rules are muted.

Limits of active rules on the price alone: the limit of a spread, a change or an age has no place on
a price axis, and the limit of a rule with further conditions means nothing by itself.
"""

from datetime import datetime

from django.db.models import QuerySet

from alerts.models import Rule
from market.intervals import iso
from prices.feed import Body
from prices.models import Node


def thresholds_by_hub() -> dict[str, list[Body]]:
    """The limits to draw at each hub that has any, $/MWh."""
    found: dict[str, list[Body]] = {}
    for rule in drawn().select_related("node"):
        found.setdefault(rule.node.hub, []).append(threshold(rule))
    return found


def thresholds_at(node: Node) -> list[Body]:
    """The limits to draw at one hub, $/MWh."""
    return [threshold(rule) for rule in drawn().filter(node=node)]


def drawn() -> QuerySet[Rule]:
    """The rules whose limit is drawn, oldest first."""
    return Rule.objects.filter(active=True, watched="lmp", conditions=None).order_by("pk")


def threshold(rule: Rule) -> Body:
    """One limit, with its rule's id and name, and since when the rule has watched as it is."""
    return {
        "rule": rule.pk,
        "name": rule.name,
        "severity": rule.severity,
        "direction": rule.direction,
        "limit": float(rule.limit),
        "market": rule.market,
        "since": iso(rule.judges_from),
    }


def muted_at(node: Node, *, now: datetime) -> list[Body]:
    """The rules of a node that send nothing for now, and until when."""
    rules = Rule.objects.filter(node=node, active=True, muted_until__gt=now).order_by("pk")
    return [
        {"rule": rule.pk, "name": rule.called, "until": iso(rule.muted_until)}
        for rule in rules.select_related("node").prefetch_related("conditions")
        if rule.muted_until
    ]
