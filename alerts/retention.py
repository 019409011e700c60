"""Deletes old alerts and deliveries, never open ones or those still to be sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from alerts import totals
from alerts.models import Alert, Delivery, OperationalAlert, Transition
from prices.retention import in_batches

UNFINISHED = (Delivery.WAITING, Delivery.HELD, Delivery.GATHERED)


def prune(*, now: datetime) -> dict[str, int]:
    """Delete old alerts with their transitions, and old deliveries. Returns how many of each."""
    days = settings.ALERTS_KEPT_DAYS, settings.DELIVERIES_KEPT_DAYS
    alerts, deliveries = (now - timedelta(days=kept) for kept in days)
    return {
        "deliveries": in_batches(old_deliveries(before=deliveries), delete_deliveries),
        "alerts": in_batches(old_alerts(before=alerts), delete_alerts),
        "operational alerts": in_batches(old_operational(before=alerts), delete_operational),
    }


def ended(before: datetime, prefix: str = "") -> Q:
    """That an alert was over before then, by its last transition."""
    cleared, retracted = f"{prefix}cleared_at", f"{prefix}retracted_at"
    last = Q(**{f"{retracted}__lt": before}) | Q(
        **{f"{cleared}__lt": before, f"{retracted}__isnull": True}
    )
    return last & ~Q(**{f"{cleared}__gte": before})


def old_alerts(*, before: datetime) -> QuerySet[Alert]:
    """Alerts that were over before then, with no delivery still to be sent."""
    unfinished = Delivery.objects.filter(
        transition__alert=OuterRef("pk"), state__in=UNFINISHED
    ).order_by()
    return Alert.objects.filter(ended(before)).exclude(Exists(unfinished))


def old_deliveries(*, before: datetime) -> QuerySet[Delivery]:
    """Finished deliveries from before then.

    Not of alerts that were still open: an all-clear goes where its opening went.
    """
    old = Delivery.objects.filter(created_at__lt=before).exclude(state__in=UNFINISHED)
    old = old.filter(Q(operational=None) | Q(operational__cleared_at__isnull=False))
    return old.filter(Q(transition=None) | ended(before, "transition__alert__"))


def old_operational(*, before: datetime) -> QuerySet[OperationalAlert]:
    """Operational alerts that were over before then, with no delivery still to be sent."""
    unfinished = Delivery.objects.filter(operational=OuterRef("pk"), state__in=UNFINISHED)
    old = OperationalAlert.objects.filter(cleared_at__lt=before)
    return old.exclude(Exists(unfinished.order_by()))


def delete_operational(ids: Sequence[int]) -> None:
    """Count their deliveries, and delete both."""
    sent = Delivery.objects.filter(operational__in=ids).values_list("pk", flat=True)
    delete_deliveries(list(sent))
    OperationalAlert.objects.filter(pk__in=ids).delete()


def delete_deliveries(ids: Sequence[int]) -> None:
    """Count deliveries, then delete them; not one that is being tried again."""
    old = Delivery.objects.filter(pk__in=ids).exclude(state__in=UNFINISHED)
    locked = list(old.select_for_update().order_by("pk").values_list("pk", flat=True))
    totals.count_deliveries(locked)
    Delivery.objects.filter(pk__in=locked).delete()


def delete_alerts(ids: Sequence[int]) -> None:
    """Count and delete alerts with their transitions and deliveries."""
    transitions = list(Transition.objects.filter(alert__in=ids).values_list("pk", flat=True))
    sent = list(Delivery.objects.filter(transition__in=transitions).values_list("pk", flat=True))
    delete_deliveries(sent)
    totals.count_transitions(transitions)
    Transition.objects.filter(pk__in=transitions).delete()
    Alert.objects.filter(pk__in=ids).delete()
