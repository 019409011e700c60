"""What waits in the outbox, and what could not be sent."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from alerts.models import Delivery

LATELY = timedelta(days=7)
OVERDUE_AFTER = timedelta(minutes=2)  # deliveries are sent every two seconds, for 90 at most


class OutboxState(NamedTuple):
    """Deliveries that wait to be sent, how many of them failed before or are overdue; those held
    back for a digest; and those given up in the last seven days."""

    waiting: int
    failing: int
    overdue: int
    held: int
    given_up: int


def outbox_state(*, now: datetime) -> OutboxState:
    """Three queries."""
    waiting = Delivery.objects.filter(state=Delivery.WAITING)
    later = Delivery.objects.filter(state__in=(Delivery.HELD, Delivery.GATHERED))
    given_up = Delivery.objects.filter(state=Delivery.GIVEN_UP, given_up_at__gt=now - LATELY)
    counts = waiting.aggregate(
        waiting=Count("pk"),
        failing=Count("pk", filter=Q(attempts__gt=0)),
        overdue=Count("pk", filter=Q(due_at__lt=now - OVERDUE_AFTER)),
    )
    return OutboxState(**counts, held=later.count(), given_up=given_up.count())
