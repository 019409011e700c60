"""One node, rule or delivery method that fails stands alone: it is told, and the rest goes on.

What failed is a `Trouble` until it works again, or nobody tries it any more.
"""

import time
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import Error, transaction
from django.db.models import F

from prices.models import Trouble

log = structlog.get_logger(__name__)
# Whatever is tried is tried more often: what nobody tries any more is no trouble.
GOING_ON = timedelta(hours=1)
LONGEST_TEXT = 500
SAID_AGAIN_AFTER_S = 60
said: dict[tuple[str, str], float] = {}


class Apart:
    """The units of one part of the work, each by itself."""

    def __init__(self, part: str, *, now: datetime) -> None:
        self.part, self.now = part, now
        self.fault: Exception | None = None
        self.troubled = subjects_of(part)

    def each(self, subject: str) -> "Unit":
        """One unit: what goes wrong in it is written down and kept as `fault`."""
        return Unit(self, subject)

    def failed(self, subject: str, fault: Exception) -> None:
        """Write down what went wrong."""
        self.fault = fault
        self.troubled.add(subject)
        write_down(self.part, subject, fault, now=self.now)

    def worked(self, subject: str) -> None:
        """What works is in trouble no more."""
        self.fault = None
        if subject in self.troubled:
            self.troubled.discard(subject)
            well_again(self.part, subject)


class Unit(NamedTuple):
    """One node, rule or delivery method at work."""

    apart: Apart
    subject: str

    def __enter__(self) -> None:
        """Nothing is known yet."""

    def __exit__(self, kind: object, fault: BaseException | None, traceback: object) -> bool:
        """Only what ends the whole task goes on from here."""
        if isinstance(fault, Exception) and not is_out_of_time(fault):
            self.apart.failed(self.subject, fault)
            return True
        if fault is None:
            self.apart.worked(self.subject)
        return False


def is_out_of_time(fault: Exception) -> bool:
    """Whether a task has used up its time: that ends the task, whatever it was at."""
    # Only where something failed: web processes have no use for Celery.
    from celery.exceptions import SoftTimeLimitExceeded  # noqa: PLC0415

    return isinstance(fault, SoftTimeLimitExceeded)


def subjects_of(part: str) -> set[str]:
    """What of a part is in trouble; nothing where the database does not say."""
    try:
        with transaction.atomic():
            return set(Trouble.objects.filter(part=part).values_list("subject", flat=True))
    except Error:
        return set()


def write_down(part: str, subject: str, fault: Exception, *, now: datetime) -> None:
    """Once more, or for the first time: then it is logged too. A database that takes nothing
    stops nobody."""
    text = f"{type(fault).__name__}: {fault}"[:LONGEST_TEXT].replace("\0", "")
    trouble = Trouble.objects.filter(part=part, subject=subject)
    try:
        with transaction.atomic():
            again = trouble.update(last_at=now, times=F("times") + 1, text=text)
            if not again:
                Trouble.objects.create(
                    part=part, subject=subject, since=now, last_at=now, text=text
                )
    except Error:
        say_now_and_then(part, subject, fault)
    else:
        if not again:
            log.warning("trouble", part=part, subject=subject, why=text, exc_info=fault)


def say_now_and_then(part: str, subject: str, fault: Exception) -> None:
    """Log what could not be written down, once a minute."""
    at = time.monotonic()
    if at - said.get((part, subject), -SAID_AGAIN_AFTER_S) >= SAID_AGAIN_AFTER_S:
        said[part, subject] = at
        log.warning("trouble, not written down", part=part, subject=subject, why=str(fault))


def well_again(part: str, subject: str) -> None:
    """What failed has worked."""
    try:
        with transaction.atomic():
            Trouble.objects.filter(part=part, subject=subject).delete()
    except Error as fault:
        say_now_and_then(part, subject, fault)
    else:
        log.info("well again", part=part, subject=subject)


def forget_old(*, now: datetime) -> int:
    """Drop what nobody has tried for an hour: a node no longer tracked, a rule switched off."""
    return Trouble.objects.filter(last_at__lt=now - GOING_ON).delete()[0]
