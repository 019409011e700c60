"""The digest at 07:00 PT: what quiet hours held back, one message for each delivery method."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts.messages import content
from alerts.models import Delivery
from prices.intervals import PACIFIC, aware, pacific

AT = time(7)
MOST_LINES = 100


def write_digests(*, now: datetime) -> int:
    """Write what was held until this morning into the outbox. Returns how many digests."""
    morning = datetime.combine(pacific(now).date(), AT, PACIFIC)
    if now < morning:
        return 0
    held = Delivery.objects.filter(state=Delivery.HELD)
    until = held.filter(created_at__lt=aware(morning))
    # An all-clear that was held a moment ago, because its opening still was, goes with it.
    outer = {"transition__alert": OuterRef("transition__alert"), "method": OuterRef("method")}
    same = Exists(until.filter(**outer))
    related = (
        held.filter(Q(created_at__lt=aware(morning)) | same)
        .select_related("method", "transition")
        .order_by("method", "pk")
    )
    groups = [list(group) for _, group in groupby(related, key=lambda one: one.method_id)]
    return sum(write_digest(group, now=now) for group in groups)


def write_digest(held: Sequence[Delivery], *, now: datetime) -> bool:
    """One method's digest; False where another process has just written it."""
    with transaction.atomic():
        still = Delivery.objects.filter(pk__in=[one.pk for one in held], state=Delivery.HELD)
        if not still.update(state=Delivery.IN_DIGEST):
            return False
        Delivery.objects.create(
            method=held[0].method,
            kind=Delivery.DIGEST,
            content=digest_content(held, now=now),
            created_at=now,
            due_at=now,
        )
    return True


def digest_content(held: Sequence[Delivery], *, now: datetime) -> dict[str, object]:
    """What a digest says: one line for each thing that was held, as it happened."""
    told = [one.transition for one in held if one.transition is not None]
    lines = [f"{pacific(one.at):%a %H:%M} {one.kind}: {one.text}" for one in told[:MOST_LINES]]
    if len(told) > MOST_LINES:
        lines.append(f"and {len(told) - MOST_LINES} more")
    what = "1 alert message" if len(told) == 1 else f"{len(told)} alert messages"
    subject = f"CAISO Live: {what} held in quiet hours"
    return content(subject, "\n".join(lines), now=now, held=len(told))
