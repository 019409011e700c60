"""Opens and clears operational alerts by what was found. Any number of processes do so at once.

Whoever's UPDATE opens or clears a row writes the messages, in the same transaction. Something must
be wrong for a while before an alert opens, and well for a minute before it clears; who still finds
it wrong in between keeps it open. A row that nobody has looked at for so long that nobody can know
begins anew.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from alerts.models import CLEARED, OPENED, Delivery, Method, OperationalAlert
from alerts.operations.conditions import Condition, for_at_least
from alerts.rules.rule import Stance

CALM = timedelta(minutes=1)
UNSEEN = timedelta(minutes=1)
FORGOTTEN = timedelta(hours=1)
UNKNOWN_NOW = "Nobody looks at it any more: has its machine gone?"
LONGEST_REASON = 300


def judge(conditions: Iterable[Condition], *, now: datetime) -> None:
    """Judge everything that was looked at."""
    held = {
        (one.kind, one.subject): one for one in OperationalAlert.objects.filter(cleared_at=None)
    }
    for condition in conditions:
        judge_one(condition, held.pop((condition.kind, condition.subject), None), now=now)
    for left in held.values():
        if left.looked_at < now - FORGOTTEN:
            OperationalAlert.objects.filter(pk=left.pk).update(reason=UNKNOWN_NOW)
            end(left, now=now)


def judge_one(condition: Condition, row: OperationalAlert | None, *, now: datetime) -> None:
    """Judge one thing, of which this row is held."""
    if condition.stance is Stance.BEYOND:
        wrong(condition, row or watched(condition, now=now), now=now)
    elif row is None:
        return
    elif condition.stance is Stance.BACK:
        well(row, now=now)
    elif condition.stance is Stance.BETWEEN and row.opened_at is None:
        end(row, now=now)
    else:
        changed(row, looked_at=now)


def watched(condition: Condition, *, now: datetime) -> OperationalAlert:
    """The row of something that is wrong, made by whoever sees it first."""
    first = {"since": now, "looked_at": now, "reason": condition.reason[:LONGEST_REASON]}
    named = {"kind": condition.kind, "subject": condition.subject, "cleared_at": None}
    return OperationalAlert.objects.get_or_create(**named, defaults=first)[0]


def wrong(condition: Condition, row: OperationalAlert, *, now: datetime) -> None:
    """It is wrong now; open the alert if that has lasted long enough."""
    if row.opened_at is None and row.looked_at < now - UNSEEN:
        row.since = now
    changed(
        row,
        since=row.since,
        looked_at=now,
        well_since=None,
        reason=condition.reason[:LONGEST_REASON],
    )
    lasts = for_at_least(condition.kind, settings.SOURCE_DOWN_MINUTES)
    if row.opened_at is None and now - row.since >= lasts:
        with transaction.atomic():
            same = OperationalAlert.objects.filter(pk=row.pk, opened_at=None)
            if same.update(opened_at=now):
                write(row, OPENED, Method.objects.filter(operations=True, active=True), now=now)


def well(row: OperationalAlert, *, now: datetime) -> None:
    """It is well now; clear the alert if it has been for a minute, or forget what never opened."""
    if row.opened_at is None:
        end(row, now=now)
    elif row.well_since is None:
        changed(row, looked_at=now, well_since=now)
    elif now - row.well_since >= CALM:
        end(row, now=now)
    else:
        changed(row, looked_at=now)


def end(row: OperationalAlert, *, now: datetime) -> None:
    """Clear an open alert, unless somebody has just found it wrong; drop one that never opened."""
    if row.opened_at is None:
        OperationalAlert.objects.filter(pk=row.pk, opened_at=None).delete()
        return
    with transaction.atomic():
        same = OperationalAlert.objects.filter(pk=row.pk, cleared_at=None)
        if same.filter(well_since=row.well_since).update(cleared_at=now):
            told = Method.objects.filter(delivery__operational=row, active=True).distinct()
            write(row, CLEARED, told, now=now)


def changed(row: OperationalAlert, **changes: object) -> None:
    OperationalAlert.objects.filter(pk=row.pk, cleared_at=None).update(**changes)


def write(row: OperationalAlert, kind: str, methods: Iterable[Method], *, now: datetime) -> None:
    """Put a message to each delivery method into the outbox."""
    Delivery.objects.bulk_create(
        Delivery(operational=row, kind=kind, method=method, created_at=now, due_at=now)
        for method in methods
    )
