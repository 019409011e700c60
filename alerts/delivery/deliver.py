"""What is in the outbox goes out: each delivery is claimed, sent, and put down as it went.

A claim moves `due_at` on by a lease. A process that dies before it has put a sending down leaves
the delivery to be sent again when the lease is over, with the same idempotency key: nothing is
lost, and at most one message comes twice.

Each message is claimed right before it is sent, one to a method at a time: what waits behind a
slow one is nobody's yet. Sending takes as long as its receiver takes; a call does not wait for
that longer than polls may wait for it. What is still under way then is put down by the next, or
before the process ends.
"""

import random
from collections import deque
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db.models import Case, Exists, F, Min, OuterRef, QuerySet, When, Window
from django.db.models.functions import RowNumber

from alerts.delivery.backoff import next_try
from alerts.delivery.composing import message_of, test_content
from alerts.delivery.senders.catalog import Target
from alerts.delivery.sending import Clock, Fault, Lanes, Outcome, Trial, clock_from
from alerts.models import Delivery, Method
from alerts.trouble_subjects import SENDING, subject_of_method
from outbound.errors import Gone, Refused, Unreachable, one_line
from prices.fault_points import fault_point
from prices.troubles import Apart

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=90)
MOST_OF_A_METHOD, MOST_OF_A_ROUND = 5, 200
NOT_REACHED = f"{Unreachable.__name__}: "
PATIENCE = timedelta(seconds=2)
MOST_PUT_OFF = timedelta(minutes=1)
lanes = Lanes()
Waiting = dict[int, deque[Delivery]]


def deliver_due(*, now: datetime, patience: timedelta = PATIENCE) -> int:
    """Send what is due, and wait so long for it at the most. Returns how many were begun."""
    apart = Apart(SENDING, now=now)
    with apart.each("methods switched off"):
        give_up_switched_off(now=now)
    with apart.each("claims"):
        renew(now=now)
    begun, clock = 0, clock_from(now)
    waiting: Waiting = {}
    while True:
        waiting = waiting or by_method(due(clock(), lanes.under_way))
        more = begin(waiting, clock)
        begun += more
        left = patience - (clock() - now)
        finished = lanes.finished(left.total_seconds())
        put_down_all(finished, apart, now=clock())
        for delivery, fault in finished:
            if isinstance(fault, Unreachable):  # its other messages are put off
                waiting.pop(delivery.method_id, None)
        if left <= timedelta() or not (more or finished):
            return begun


def finish(*, now: datetime, patience: timedelta = LEASE) -> int:
    """Wait for what is under way, and put it down: this process is about to end.

    Returns how many. What takes longer than our claim on it is another's by then.
    """
    clock = clock_from(now)
    ended = lanes.ended(patience.total_seconds())
    put_down_all(ended, Apart(SENDING, now=now), now=clock())
    return len(ended)


def by_method(deliveries: Iterable[Delivery]) -> Waiting:
    """What may be sent to each method, in order."""
    groups = groupby(deliveries, key=lambda delivery: delivery.method_id)
    return {method: deque(group) for method, group in groups}


def begin(waiting: Waiting, clock: Clock) -> int:
    """Begin to send one message to each method that none is being sent to, as many at once as
    there is room for."""
    count = 0
    for method in list(waiting):
        if lanes.are_full:
            break
        if method in lanes.under_way:
            continue
        queue = waiting.pop(method)
        if begin_one(queue.popleft(), clock):
            count += 1
            if queue:
                waiting[method] = queue  # behind the others
    return count


def begin_one(delivery: Delivery, clock: Clock) -> bool:
    """Claim a delivery, and begin to send it; False where somebody else sends to its method."""
    if not claim(delivery, now=clock()):
        return False
    fault_point("delivery claimed")
    method = delivery.method
    # No database is met while sending.
    target = Target(method.kind, method.address, method.secret)
    with Trial() as trial:
        message = message_of(delivery)
    if trial.fault is None:
        lanes.begin(delivery, target, message, clock)
    else:
        lanes.begin_nothing(delivery, trial.fault)
    return True


def renew(*, now: datetime) -> None:
    """Keep our claim on what takes long: nobody else sends it while we do."""
    for delivery in lanes.deliveries:
        if delivery.due_at < now + LEASE / 2:
            same = Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at)
            if same.filter(state=Delivery.WAITING).update(due_at=now + LEASE):
                delivery.due_at = now + LEASE


def give_up_switched_off(*, now: datetime) -> None:
    """What waits for a method that was switched off is not sent when it is switched on again."""
    waiting = Delivery.objects.filter(state=Delivery.WAITING, method__active=False)
    said = "The delivery method is switched off."
    if waiting.exists():  # an UPDATE takes the database for itself, and this is every two seconds
        waiting.update(state=Delivery.GIVEN_UP, given_up_at=now, last_error=said)


def due(now: datetime, busy: Collection[int] = ()) -> list[Delivery]:
    """What may be tried now, a few to each method that is not busy, in order.

    Nothing overtakes an earlier word on the same alert, and no method waits for another's queue:
    whoever has waited longest comes first, and one that was not reached is asked with one message.
    """
    waiting = Delivery.objects.filter(state=Delivery.WAITING)
    earlier = waiting.filter(
        method=OuterRef("method"),
        transition__alert=OuterRef("transition__alert"),
        pk__lt=OuterRef("pk"),
    )
    ready = waiting.filter(due_at__lte=now).exclude(Exists(earlier)).exclude(method__in=busy)
    turn = Window(RowNumber(), partition_by="method", order_by="pk")
    oldest = Window(Min("due_at"), partition_by="method")
    away = Exists(waiting.filter(method=OuterRef("method"), last_error__startswith=NOT_REACHED))
    few = Case(When(away, then=1), default=MOST_OF_A_METHOD)
    first = ready.annotate(turn=turn, oldest=oldest).filter(turn__lte=few)
    related = ("method", "transition__alert")
    return list(first.select_related(*related).order_by("oldest", "method", "pk")[:MOST_OF_A_ROUND])


def claim(delivery: Delivery, *, now: datetime) -> bool:
    """Take a delivery for one try; False where somebody else did."""
    same = Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING, due_at=delivery.due_at)
    if not same.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return False
    delivery.due_at = now + LEASE
    return True


def put_down_all(outcomes: Iterable[Outcome], apart: Apart, *, now: datetime) -> None:
    """How each try went. One that the database does not take loses none of the others."""
    for delivery, fault in outcomes:
        with apart.each(subject_of_method(delivery.method)):
            put_down(delivery, fault, now=now)


def put_down(delivery: Delivery, fault: Fault, *, now: datetime) -> None:
    """How a try went: sent, to be tried again, or given up."""
    if fault is None:
        found = {"state": Delivery.SENT, "sent_at": now, "last_error": ""}
    else:
        found = failed(delivery, fault, now=now)
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING).update(**found)
    fault_point("delivery put down")


def failed(delivery: Delivery, fault: BaseException, *, now: datetime) -> dict[str, object]:
    """What is to be done after a try that failed."""
    said = one_line(f"{type(fault).__name__}: {fault}")[:300]
    again = None if isinstance(fault, Refused) else again_at(delivery, fault, now=now)
    log.warning("not delivered", delivery=delivery.pk, why=said, again=again)
    if isinstance(fault, Gone):
        Method.objects.filter(pk=delivery.method_id).update(active=False)
    if again is not None and isinstance(fault, Unreachable):
        put_off(delivery, min(again, now + MOST_PUT_OFF))
    kept = {"last_error": said, "failures": F("failures") + 1}
    if again is None:
        return {"state": Delivery.GIVEN_UP, "given_up_at": now, **kept}
    return {"due_at": again, **kept}


def put_off(delivery: Delivery, again: datetime) -> None:
    """What else waits for a method that was not reached waits until it is asked again.

    Not as long as an old message may: what is new goes out soon after the receiver is back.
    """
    others = Delivery.objects.filter(state=Delivery.WAITING, method=delivery.method_id)
    others.filter(due_at__lt=again).exclude(pk=delivery.pk).update(due_at=again)


def again_at(delivery: Delivery, fault: BaseException, *, now: datetime) -> datetime | None:
    """When the next try is due, None after a day."""
    asked = fault.retry_after if isinstance(fault, Unreachable) else None
    jitter = random.random()
    return next_try(delivery.attempts + 1, delivery.created_at, now, asked, jitter=jitter)


def put_test(method: Method, *, now: datetime) -> Delivery:
    """A test message into the outbox."""
    return Delivery.objects.create(
        method=method,
        kind=Delivery.TEST,
        content=test_content(method, now=now),
        created_at=now,
        due_at=now,
    )


def try_again(deliveries: QuerySet[Delivery], *, now: datetime) -> int:
    """Given-up deliveries back into the outbox, with another day to be tried in."""
    given_up = deliveries.filter(state=Delivery.GIVEN_UP)
    return given_up.update(
        state=Delivery.WAITING, due_at=now, created_at=now, given_up_at=None, attempts=0
    )
