"""One message for all rules that open, clear or are withdrawn at the same hub and interval.

Decided as a message is claimed for its first try: what waits to say the same moment to the same
method goes with it. It is "in a digest" from then on, whatever becomes of the try, and the message
is made of the same deliveries at every try.

A webhook gets each by itself, as programs go by its kind and facts.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from alerts import method_kinds
from alerts.models import Delivery


def take_along(delivery: Delivery, *, now: datetime) -> set[int]:
    """Put what goes with a message into it. Returns their ids. Only in the claim's transaction.

    Nothing goes with a message that was tried before: its receiver may have it already, and would
    not look at it again.
    """
    if delivery.transition is None or delivery.method.kind == method_kinds.WEBHOOK:
        return set()
    if delivery.attempts:
        return set()
    same = ids(same_moment(delivery, now=now))
    alerts = [delivery.transition.alert_id, *(alert_id for _, alert_id in same)]
    later = untried(delivery).filter(transition__alert__in=alerts)
    found = {pk for pk, _ in same} | {pk for pk, _ in ids(later)}
    if found:
        told = Delivery.objects.filter(pk__in=found, state=Delivery.WAITING, attempts=0)
        told.update(state=Delivery.IN_DIGEST, within=delivery)
    return found


def untried(delivery: Delivery) -> QuerySet[Delivery]:
    """What else waits for its first try to the same method."""
    waiting = Delivery.objects.filter(state=Delivery.WAITING, method=delivery.method_id, attempts=0)
    return waiting.exclude(pk=delivery.pk)


def same_moment(delivery: Delivery, *, now: datetime) -> QuerySet[Delivery]:
    """Of the same kind, node, market and interval; what would overtake another waits for it."""
    transition = delivery.transition
    assert transition is not None
    rule = transition.alert.rule
    return (
        untried(delivery)
        .filter(
            kind=delivery.kind,
            due_at__lte=now,
            transition__interval_start=transition.interval_start,
            transition__alert__rule__node=rule.node_id,
            transition__alert__rule__market=rule.market,
        )
        .exclude(is_behind_another())
    )


def is_behind_another() -> Q:
    """Whether an earlier message about the same alert has still to be sent to the same method."""
    of_alert = Delivery.objects.filter(
        method=OuterRef("method"),
        transition__alert=OuterRef("transition__alert"),
        pk__lt=OuterRef("pk"),
    )
    waiting = Q(state=Delivery.WAITING) | Q(within__state=Delivery.WAITING)
    of_operations = Delivery.objects.filter(
        method=OuterRef("method"),
        operational=OuterRef("operational"),
        pk__lt=OuterRef("pk"),
        state=Delivery.WAITING,
    )
    return Q(Exists(of_alert.filter(waiting))) | Q(Exists(of_operations))


def ids(deliveries: QuerySet[Delivery]) -> list[tuple[int, int]]:
    """Their ids and those of their alerts, locked; none that another process is about to claim."""
    locked = deliveries.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    return list(locked.values_list("pk", "transition__alert"))
