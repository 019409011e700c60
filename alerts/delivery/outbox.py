"""The outbox: for every transition a row for each delivery method of its rule.

Written in the transaction that records it; `alerts.delivery.deliver` sends what is due.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q

from alerts.models import OPENED, Delivery, Rule, Transition

# More messages than this to one delivery method within a minute are gathered.
MOST_AT_ONCE, AT_ONCE = 10, timedelta(minutes=1)


def write_deliveries(transitions: Sequence[Transition], *, now: datetime) -> None:
    """A delivery for each transition and active method: waiting, held, dropped or muted.

    Too many at once are gathered for a digest (`alerts.delivery.digest`).
    """
    methods = methods_of({transition.alert.rule_id for transition in transitions})
    shared = shared_states(transitions)
    deliveries = [
        Delivery(
            transition=transition,
            method_id=method_id,
            kind=transition.kind,
            state=shared.get((transition.alert_id, method_id))
            or state_of(transition.alert.rule, now=now),
            created_at=now,
            due_at=now,
        )
        for transition in transitions
        for method_id in methods[transition.alert.rule_id]
    ]
    gather(deliveries, opened_and_over(transitions), now=now)
    Delivery.objects.bulk_create(deliveries, batch_size=500)


def opened_and_over(transitions: Iterable[Transition]) -> set[int]:
    """The alerts that open and end in the same transitions, as after an outage."""
    opened = (one.alert for one in transitions if one.kind == OPENED)
    return {alert.pk for alert in opened if alert.cleared_at or alert.retracted_at}


def gather(deliveries: Sequence[Delivery], over: Collection[int], *, now: datetime) -> None:
    """Gather messages about alerts that are over, and more than ten a minute to one method.

    Critical ones too: the digest has the severity of the worst.
    """
    waiting = [one for one in deliveries if one.state == Delivery.WAITING]
    for delivery in waiting:
        if delivery.transition is not None and delivery.transition.alert_id in over:
            delivery.state = Delivery.GATHERED
    at_once = Counter(one.method_id for one in waiting if one.state == Delivery.WAITING)
    recent_counts = sent_lately(at_once, now=now)
    for delivery in waiting:
        if at_once[delivery.method_id] + recent_counts[delivery.method_id] > MOST_AT_ONCE:
            delivery.state = Delivery.GATHERED


def sent_lately(methods: Collection[int], *, now: datetime) -> Counter[int]:
    """How many messages each delivery method got in the last minute."""
    if not methods:
        return Counter()
    since = now - AT_ONCE
    recent = Delivery.objects.filter(
        state__in=(Delivery.WAITING, Delivery.SENT), due_at__gt=since, created_at__gt=since
    )
    rows = recent.filter(method__in=methods, transition__isnull=False).values_list("method")
    return Counter(dict(rows.annotate(Count("pk")).order_by()))


def shared_states(transitions: Iterable[Transition]) -> dict[tuple[int, int], str]:
    """The state that an all-clear shares with its opening, by alert and method.

    If the opening is held or gathered, both wait for the same digest. If it was dropped or muted,
    so is the all-clear.
    """
    ending = {transition.alert_id for transition in transitions if transition.kind != OPENED}
    waiting = Q(state__in=(Delivery.HELD, Delivery.GATHERED))
    unsent = waiting | Q(kind=OPENED, state__in=(Delivery.DROPPED, Delivery.MUTED))
    rows = Delivery.objects.filter(unsent, transition__alert__in=ending).order_by("pk")
    found = rows.values_list("transition__alert", "method", "state")
    return {(alert_id, method_id): state for alert_id, method_id, state in found}


def methods_of(rule_ids: Iterable[int]) -> dict[int, list[int]]:
    """The ids of rules' active delivery methods, by rule id."""
    pairs = Rule.methods.through.objects.filter(rule__in=list(rule_ids), method__active=True)
    found: dict[int, list[int]] = defaultdict(list)
    for rule_id, method_id in pairs.order_by("pk").values_list("rule_id", "method_id"):
        found[rule_id].append(method_id)
    return found


def state_of(rule: Rule, *, now: datetime) -> str:
    """The state of a delivery that is written now."""
    if rule.muted_until is not None and now < rule.muted_until:
        return Delivery.MUTED
    quiet = rule.quiet
    if quiet is not None and quiet.covers(now):
        return Delivery.HELD if rule.quiet_then == Rule.HELD else Delivery.DROPPED
    return Delivery.WAITING
