"""What is in the outbox goes out: each delivery is claimed, sent, and put down as it went.

A claim moves `due_at` on by a lease. A process that dies before it has put a sending down leaves
the delivery to be sent again when the lease is over, with the same idempotency key: nothing is
lost, and at most one message comes twice.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from alerts.backoff import next_try
from alerts.delivery_errors import Gone, Refused, Unreachable
from alerts.message import Message
from alerts.messages import message_of, test_content
from alerts.methods import Target, send
from alerts.models import Delivery, Method
from prices.fault_points import fault_point

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=90)
AT_ONCE = 8
MOST_OF_A_METHOD, MOST_OF_A_ROUND = 5, 200
LONGEST_RUN = timedelta(seconds=20)

Fault = BaseException | None
Clock = Callable[[], datetime]


def deliver_due(*, now: datetime) -> int:
    """Send what is due, for twenty seconds at the most. Returns how many were tried."""
    give_up_switched_off(now=now)
    tried, clock = 0, clock_from(now)
    while clock() - now < LONGEST_RUN:
        ours = [delivery for delivery in due(now) if claim(delivery, now=clock())]
        if not ours:
            break
        fault_point("delivery claimed")
        send_all(ours, clock)
        tried += len(ours)
    return tried


def give_up_switched_off(*, now: datetime) -> None:
    """What waits for a method that was switched off is not sent when it is switched on again."""
    waiting = Delivery.objects.filter(state=Delivery.WAITING, method__active=False)
    said = "The delivery method is switched off."
    if waiting.exists():  # an UPDATE takes the database for itself, and this is every two seconds
        waiting.update(state=Delivery.GIVEN_UP, given_up_at=now, last_error=said)


def due(now: datetime) -> list[Delivery]:
    """What may be tried now, a few to each method, in order.

    Nothing overtakes an earlier word on the same alert, and no method waits for another's queue.
    """
    waiting = Delivery.objects.filter(state=Delivery.WAITING)
    earlier = waiting.filter(
        method=OuterRef("method"),
        transition__alert=OuterRef("transition__alert"),
        pk__lt=OuterRef("pk"),
    )
    ready: QuerySet[Delivery] = waiting.filter(due_at__lte=now).exclude(Exists(earlier))
    turn = Window(RowNumber(), partition_by="method", order_by="pk")
    first = ready.annotate(turn=turn).filter(turn__lte=MOST_OF_A_METHOD)
    related = ("method", "transition__alert__rule__node")
    return list(first.select_related(*related).order_by("method", "pk")[:MOST_OF_A_ROUND])


def claim(delivery: Delivery, *, now: datetime) -> bool:
    """Take a delivery for one try; False where somebody else did."""
    same = Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING, due_at=delivery.due_at)
    return bool(same.update(due_at=now + LEASE, attempts=F("attempts") + 1))


def clock_from(now: datetime) -> Clock:
    """A clock that says `now` and goes on from there."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


def send_all(deliveries: Sequence[Delivery], clock: Clock) -> None:
    """Send to several methods at once, to each in order, and put down how each went."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lanes = [pool.submit(send_in_turn, lane, clock) for lane in by_method(deliveries)]
        for lane in as_completed(lanes):
            for delivery, fault in lane.result():
                put_down(delivery, fault, now=clock())


def by_method(
    deliveries: Iterable[Delivery],
) -> Iterator[list[tuple[Delivery, Target, Message]]]:
    """The deliveries of each method with what is sent where: no database is met while sending."""
    for method, group in groupby(deliveries, key=lambda delivery: delivery.method):
        target = Target(method.kind, method.address, method.secret)
        yield [(delivery, target, message_of(delivery)) for delivery in group]


def send_in_turn(
    lane: Iterable[tuple[Delivery, Target, Message]], clock: Clock
) -> list[tuple[Delivery, Fault]]:
    """Send one method's messages, and say what became of each.

    Where one could not be reached the others are not tried: they share its fault.
    """
    found: list[tuple[Delivery, Fault]] = []
    fault: Fault = None
    for delivery, target, message in lane:
        if not isinstance(fault, Unreachable):
            fault = attempt(target, message, clock())
        found.append((delivery, fault))
    return found


def attempt(target: Target, message: Message, now: datetime) -> Fault:
    """What went wrong with one sending, if anything."""
    with Trial() as trial:
        send(target, message, now=now)
        fault_point("delivery sent")
    return trial.fault


class Trial:
    """Keeps what went wrong: what nobody expected is no reason to lose the other messages."""

    fault: Fault = None

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, kind: object, fault: Fault, traceback: object) -> bool:
        self.fault = fault
        return isinstance(fault, Exception)


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
    said = f"{type(fault).__name__}: {fault}"[:300]
    again = None if isinstance(fault, Refused) else again_at(delivery, fault, now=now)
    log.warning("not delivered", delivery=delivery.pk, why=said, again=again)
    if isinstance(fault, Gone):
        Method.objects.filter(pk=delivery.method_id).update(active=False)
    if again is None:
        return {"state": Delivery.GIVEN_UP, "given_up_at": now, "last_error": said}
    return {"due_at": again, "last_error": said}


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
