"""Sends from threads of this process: to several methods at once, to each one at a time."""

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
    """A clock that starts at `now`."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


class Lanes:
    """One lane for each method that a message is being sent to. Threads don't use the database."""

    def __init__(self) -> None:
        self.under_way: dict[int, tuple[Delivery, Future[Fault]]] = {}

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """Created at first use, as threads do not survive a fork."""
        return ThreadPoolExecutor(AT_ONCE, "sending")

    @property
    def are_full(self) -> bool:
        """Whether no lane is free."""
        return len(self.under_way) >= AT_ONCE

    @property
    def deliveries(self) -> list[Delivery]:
        """The deliveries being sent."""
        return [delivery for delivery, _ in self.under_way.values()]

    def begin(self, delivery: Delivery, target: Target, message: Message, clock: Clock) -> None:
        sending = self.pool.submit(attempt, target, message, clock())
        self.under_way[delivery.method_id] = delivery, sending

    def begin_failed(self, delivery: Delivery, fault: Fault) -> None:
        """Give a delivery that can't be sent, by our own fault, an outcome like any other."""
        failed: Future[Fault] = Future()
        failed.set_result(fault)
        self.under_way[delivery.method_id] = delivery, failed

    def finished(self, patience_s: float) -> list[Outcome]:
        """Outcomes of finished lanes; waits up to `patience_s` seconds for the first."""
        return self.waited_for(patience_s, FIRST_COMPLETED)

    def ended(self, patience_s: float) -> list[Outcome]:
        """Outcomes of finished lanes; waits up to `patience_s` seconds for all."""
        return self.waited_for(patience_s, ALL_COMPLETED)

    def waited_for(self, patience_s: float, until: str) -> list[Outcome]:
        wait([sending for _, sending in self.under_way.values()], max(patience_s, 0), until)
        done = [method for method, (_, sending) in self.under_way.items() if sending.done()]
        outcomes = [self.under_way.pop(method) for method in done]
        return [(delivery, sending.result()) for delivery, sending in outcomes]


def attempt(target: Target, message: Message, now: datetime) -> Fault:
    """Send, and return what went wrong, if anything."""
    with Trial() as trial:
        send(target, message, now=now)
        fault_point("delivery sent")
    return trial.fault


class Trial:
    """Keeps any exception as `fault`: an unexpected one must not lose the other messages."""

    fault: Fault = None

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, kind: object, fault: Fault, traceback: object) -> bool:
        self.fault = fault
        return isinstance(fault, Exception)
