"""The outbox: for every transition a row for each delivery method of its rule.

Written in the transaction that tells; `alerts.deliver` sends what is due.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from alerts.models import OPENED, Delivery, Rule, Transition


def put(transitions: Sequence[Transition], *, now: datetime) -> None:
    """A delivery for each transition and active method: waiting, held, dropped or muted."""
    methods = methods_of({transition.alert.rule_id for transition in transitions})
    kept = kept_back(transitions)
    Delivery.objects.bulk_create(
        [
            Delivery(
                transition=transition,
                method_id=method_id,
                kind=transition.kind,
                state=kept.get((transition.alert_id, method_id))
                or state_of(transition.alert.rule, now=now),
                created_at=now,
                due_at=now,
            )
            for transition in transitions
            for method_id in methods[transition.alert.rule_id]
        ],
        batch_size=500,
    )


def kept_back(transitions: Iterable[Transition]) -> dict[tuple[int, int], str]:
    """The state that an all-clear shares, by alert and method: it comes with the opening or not.

    A held one waits for the same digest; of what was dropped or muted nobody knows.
    """
    ending = {transition.alert_id for transition in transitions if transition.kind != OPENED}
    untold = Q(state=Delivery.HELD) | Q(kind=OPENED, state__in=(Delivery.DROPPED, Delivery.MUTED))
    rows = Delivery.objects.filter(untold, transition__alert__in=ending).order_by("pk")
    found = rows.values_list("transition__alert", "method", "state")
    return {(alert_id, method_id): state for alert_id, method_id, state in found}


def methods_of(rule_ids: Iterable[int]) -> dict[int, list[int]]:
    """The active delivery methods of rules, by the rule's id."""
    pairs = Rule.methods.through.objects.filter(rule__in=list(rule_ids), method__active=True)
    found: dict[int, list[int]] = defaultdict(list)
    for rule_id, method_id in pairs.order_by("pk").values_list("rule_id", "method_id"):
        found[rule_id].append(method_id)
    return found


def state_of(rule: Rule, *, now: datetime) -> str:
    """What becomes of a delivery that is written now."""
    if rule.muted_until is not None and now < rule.muted_until:
        return Delivery.MUTED
    quiet = rule.quiet
    if quiet is not None and quiet.covers(now):
        return Delivery.HELD if rule.quiet_then == Rule.HELD else Delivery.DROPPED
    return Delivery.WAITING
