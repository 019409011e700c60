"""Sendings under way in this process: several methods at once, to each one message at a time."""

import time
from collections.abc import Callable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import cached_property

from alerts.delivery.message import Message
from alerts.delivery.senders.catalog import Target, send
from alerts.models import Delivery
from prices.fault_points import fault_point

AT_ONCE = 8

Fault = BaseException | None
Clock = Callable[[], datetime]
Outcome = tuple[Delivery, Fault]


def clock_from(now: datetime) -> Clock:
    """A clock that says `now` and goes on from there."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


class Lanes:
    """One lane for each method that is sent to just now. Threads, which meet no database."""

    def __init__(self) -> None:
        self.under_way: dict[int, tuple[Delivery, Future[Fault]]] = {}

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """Made by its first use: threads do not outlive a fork."""
        return ThreadPoolExecutor(AT_ONCE, "sending")

    @property
    def are_full(self) -> bool:
        """Whether no other method can be sent to."""
        return len(self.under_way) >= AT_ONCE

    @property
    def deliveries(self) -> list[Delivery]:
        """What is being sent."""
        return [delivery for delivery, _ in self.under_way.values()]

    def begin(self, delivery: Delivery, target: Target, message: Message, clock: Clock) -> None:
        """Begin to send to a method."""
        sending = self.pool.submit(attempt, target, message, clock())
        self.under_way[delivery.method_id] = delivery, sending

    def begin_nothing(self, delivery: Delivery, fault: Fault) -> None:
        """What can't be sent for a fault of ours has an outcome as all else."""
        failed: Future[Fault] = Future()
        failed.set_result(fault)
        self.under_way[delivery.method_id] = delivery, failed

    def finished(self, patience_s: float) -> list[Outcome]:
        """What has come of lanes that are at their end; waits so long for the first of them."""
        return self.waited_for(patience_s, FIRST_COMPLETED)

    def ended(self, patience_s: float) -> list[Outcome]:
        """The same, waiting for all of them."""
        return self.waited_for(patience_s, ALL_COMPLETED)

    def waited_for(self, patience_s: float, until: str) -> list[Outcome]:
        """What has come of lanes that are at their end by then."""
        wait([sending for _, sending in self.under_way.values()], max(patience_s, 0), until)
        done = [method for method, (_, sending) in self.under_way.items() if sending.done()]
        outcomes = [self.under_way.pop(method) for method in done]
        return [(delivery, sending.result()) for delivery, sending in outcomes]


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
