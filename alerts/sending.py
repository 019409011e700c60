"""Sendings under way in this process: several methods at once, to each in its order."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import cached_property

from alerts.delivery_errors import Unreachable
from alerts.message import Message
from alerts.methods import Target, send
from alerts.models import Delivery
from prices.fault_points import fault_point

AT_ONCE = 8

Fault = BaseException | None
Clock = Callable[[], datetime]
Lane = list[tuple[Delivery, Target, Message]]
Outcome = tuple[Delivery, Fault]


def clock_from(now: datetime) -> Clock:
    """A clock that says `now` and goes on from there."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


class Lanes:
    """One lane for each method that is sent to just now. Threads, which meet no database."""

    def __init__(self) -> None:
        self.under_way: dict[int, Future[list[Outcome]]] = {}

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """Made by its first use: threads do not outlive a fork."""
        return ThreadPoolExecutor(AT_ONCE, "sending")

    @property
    def are_full(self) -> bool:
        """Whether no other method can be sent to."""
        return len(self.under_way) >= AT_ONCE

    def begin(self, method: int, lane: Lane, clock: Clock) -> None:
        """Begin to send to a method."""
        self.under_way[method] = self.pool.submit(send_in_turn, lane, clock)

    def finished(self, patience_s: float) -> list[Outcome]:
        """What has come of lanes that are at their end; waits so long for the first of them."""
        wait(self.under_way.values(), max(patience_s, 0), FIRST_COMPLETED)
        done = [method for method, lane in self.under_way.items() if lane.done()]
        return [outcome for method in done for outcome in self.under_way.pop(method).result()]


def send_in_turn(lane: Lane, clock: Clock) -> list[Outcome]:
    """Send one method's messages, and say what became of each.

    Where one could not be reached the others are not tried: they share its fault.
    """
    found: list[Outcome] = []
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
