"""Sends what is due in the outbox: each delivery is claimed, sent, and its outcome recorded.

A claim moves `due_at` on by a lease. If a process dies before it has recorded the outcome, the
delivery is sent again after the lease, with the same idempotency key: no message is lost, and at
most one arrives twice.

A message is claimed right before it is sent, and each method gets one at a time: messages behind
a slow one stay unclaimed. Receivers may be slow, and new messages of other methods and rules on
data age wait for this task, so a call waits two seconds at most. The next call records what
finishes later, or `finish` before the process ends.
"""

import random
from collections import deque
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db import transaction
from django.db.models import Case, Exists, F, Min, OuterRef, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from alerts.delivery.backoff import next_try
from alerts.delivery.composing import message_of, test_content
from alerts.delivery.senders.catalog import Target
from alerts.delivery.sending import Clock, Fault, Lanes, Outcome, Trial, clock_from
from alerts.delivery.together import is_behind_another, take_along
from alerts.models import Delivery, Method
from alerts.trouble_subjects import SENDING, subject_of_method
from outbound.errors import Gone, Refused, Unreachable, one_line
from prices.fault_points import fault_point
from prices.troubles import Isolation

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=90)
MOST_OF_A_METHOD, MOST_OF_A_ROUND = 5, 200
NOT_REACHED = f"{Unreachable.__name__}: "
PATIENCE = timedelta(seconds=2)
LONGEST_POSTPONED = timedelta(minutes=1)
LANES = Lanes()
EVERY_KIND = Q()
Waiting = dict[int, deque[Delivery]]


def deliver_due(
    *,
    now: datetime,
    patience: timedelta = PATIENCE,
    lanes: Lanes = LANES,
    which: Q = EVERY_KIND,
) -> int:
    """Send what is due, and wait up to `patience` for it. Returns how many were begun.

    A thread has lanes of its own, and may send only some.
    """
    isolation = Isolation(SENDING, now=now)
    with isolation.each("methods switched off"):
        give_up_switched_off(now=now)
    with isolation.each("claims"):
        renew_claims(lanes, now=now)
    begun, clock = 0, clock_from(now)
    waiting: Waiting = {}
    while True:
        waiting = waiting or by_method(due(clock(), lanes.under_way, which))
        started = begin(waiting, clock, lanes)
        begun += started
        left = patience - (clock() - now)
        finished = lanes.finished(left.total_seconds())
        record_outcomes(finished, isolation, now=clock())
        for delivery, fault in finished:
            if isinstance(fault, Unreachable):  # its other messages are put off
                waiting.pop(delivery.method_id, None)
        if left <= timedelta() or not (started or finished):
            return begun


def finish(*, now: datetime, patience: timedelta = LEASE) -> int:
    """Wait for messages being sent and record their outcomes, as this process is about to end.

    Returns how many. After `patience` the claims run out, and another process may send the rest.
    """
    clock = clock_from(now)
    ended = LANES.ended(patience.total_seconds())
    record_outcomes(ended, Isolation(SENDING, now=now), now=clock())
    return len(ended)


def by_method(deliveries: Iterable[Delivery]) -> Waiting:
    """Deliveries by the id of their method, in order."""
    groups = groupby(deliveries, key=lambda delivery: delivery.method_id)
    return {method: deque(group) for method, group in groups}


def begin(waiting: Waiting, clock: Clock, lanes: Lanes = LANES) -> int:
    """Begin to send one message to each idle method, while lanes are free. Returns how many."""
    count = 0
    for method in list(waiting):
        if lanes.are_full:
            break
        if method in lanes.under_way:
            continue
        queue = waiting.pop(method)
        told = begin_one(queue.popleft(), clock, lanes)
        if told is not None:
            count += 1
            if left := deque(one for one in queue if one.pk not in told):
                waiting[method] = left  # behind the others
    return count


def begin_one(delivery: Delivery, clock: Clock, lanes: Lanes = LANES) -> set[int] | None:
    """Claim a delivery and begin to send it; None if another process has claimed it.

    Returns the ids of the deliveries that its message is for as well.
    """
    with transaction.atomic():
        if not claim(delivery, now=clock()):
            return None
        told = take_along(delivery, now=clock())
    fault_point("delivery claimed")
    method = delivery.method
    # Threads get values: they must not use the database.
    target = Target(method.kind, method.address, method.secret)
    with Trial() as trial:
        message = message_of(delivery, now=clock())
    if trial.fault is None:
        lanes.begin(delivery, target, message, clock)
    else:
        lanes.begin_failed(delivery, trial.fault)
    return told


def renew_claims(lanes: Lanes, *, now: datetime) -> None:
    """Renew our claims on slow messages, so that no other process sends them."""
    for delivery in lanes.deliveries:
        if delivery.due_at < now + LEASE / 2:
            same = Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at)
            if same.filter(state=Delivery.WAITING).update(due_at=now + LEASE):
                delivery.due_at = now + LEASE


def give_up_switched_off(*, now: datetime) -> None:
    """Give up what waits for inactive methods: it is not sent when they are active again."""
    waiting = Delivery.objects.filter(state=Delivery.WAITING, method__active=False)
    error = "The delivery method is switched off."
    if waiting.exists():  # an UPDATE locks SQLite, and this runs every two seconds
        waiting.update(state=Delivery.GIVEN_UP, given_up_at=now, last_error=error)


def due(now: datetime, busy: Collection[int] = (), which: Q = EVERY_KIND) -> list[Delivery]:
    """The deliveries to try now: up to five to each method that is not busy, in order.

    None overtakes an earlier one about the same alert. The method that has waited longest comes
    first, and a method that was not reached gets one message.
    """
    waiting = Delivery.objects.filter(which, state=Delivery.WAITING)
    ready = waiting.filter(due_at__lte=now).exclude(is_behind_another()).exclude(method__in=busy)
    number = Window(RowNumber(), partition_by="method", order_by="pk")
    oldest = Window(Min("due_at"), partition_by="method")
    unreachable = Exists(
        waiting.filter(method=OuterRef("method"), last_error__startswith=NOT_REACHED)
    )
    limit = Case(When(unreachable, then=1), default=MOST_OF_A_METHOD)
    first = ready.annotate(number=number, oldest=oldest).filter(number__lte=limit)
    related = ("method", "operational", "transition__alert__rule__node")
    return list(first.select_related(*related).order_by("oldest", "method", "pk")[:MOST_OF_A_ROUND])


def claim(delivery: Delivery, *, now: datetime) -> bool:
    """Claim a delivery for one try; False if another process did."""
    same = Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING, due_at=delivery.due_at)
    if not same.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return False
    delivery.due_at = now + LEASE
    return True


def record_outcomes(outcomes: Iterable[Outcome], isolation: Isolation, *, now: datetime) -> None:
    """Record outcomes. If one can't be written, that is a trouble and the others still are."""
    for delivery, fault in outcomes:
        with isolation.each(subject_of_method(delivery.method)):
            record_outcome(delivery, fault, now=now)


def record_outcome(delivery: Delivery, fault: Fault, *, now: datetime) -> None:
    """Record how a try went: sent, to be tried again, or given up."""
    if fault is None:
        changes = {"state": Delivery.SENT, "sent_at": now, "last_error": ""}
    else:
        changes = after_failure(delivery, fault, now=now)
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING).update(**changes)
    fault_point("delivery put down")


def switch_off(method: Method) -> None:
    method.active = False
    method.save(update_fields=["active"])


def after_failure(delivery: Delivery, fault: BaseException, *, now: datetime) -> dict[str, object]:
    """The changes to a delivery whose try failed; switches off a method that is gone."""
    error = one_line(f"{type(fault).__name__}: {fault}")[:300]
    again = None if isinstance(fault, Refused) else next_try_at(delivery, fault, now=now)
    log.warning("not delivered", delivery=delivery.pk, why=error, again=again)
    if isinstance(fault, Gone):
        switch_off(delivery.method)
    if again is not None and isinstance(fault, Unreachable):
        postpone_others(delivery, min(again, now + LONGEST_POSTPONED))
    kept = {"last_error": error, "failures": F("failures") + 1}
    if again is None:
        return {"state": Delivery.GIVEN_UP, "given_up_at": now, **kept}
    return {"due_at": again, **kept}


def postpone_others(delivery: Delivery, again: datetime) -> None:
    """Let the other messages to an unreachable method wait until it is tried again.

    A minute at most, so that new messages go out soon after the receiver is back.
    """
    others = Delivery.objects.filter(state=Delivery.WAITING, method=delivery.method_id)
    others.filter(due_at__lt=again).exclude(pk=delivery.pk).update(due_at=again)


def next_try_at(delivery: Delivery, fault: BaseException, *, now: datetime) -> datetime | None:
    """When the next try is due, None after a day of trying."""
    retry_after = fault.retry_after if isinstance(fault, Unreachable) else None
    jitter = random.random()
    return next_try(delivery.attempts + 1, delivery.created_at, now, retry_after, jitter=jitter)


def write_test(method: Method, *, now: datetime) -> Delivery:
    """Write a test message into the outbox."""
    return Delivery.objects.create(
        method=method,
        kind=Delivery.TEST,
        content=test_content(method, now=now),
        created_at=now,
        due_at=now,
    )


def try_again(deliveries: QuerySet[Delivery], *, now: datetime) -> int:
    """Put given-up deliveries back into the outbox for another day. Returns how many."""
    given_up = deliveries.filter(state=Delivery.GIVEN_UP)
    return given_up.update(
        state=Delivery.WAITING, due_at=now, created_at=now, given_up_at=None, attempts=0
    )
