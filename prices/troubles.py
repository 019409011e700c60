"""If one node, rule or delivery method fails, that is recorded and the others go on.

What failed has a `Trouble` until it works again, or was not tried for an hour.
"""

import time
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import Error, transaction
from django.db.models import F

from prices.models import Trouble

log = structlog.get_logger(__name__)
# Everything is tried more often than this; what is not tried any longer is no trouble.
FORGOTTEN_AFTER = timedelta(hours=1)
LONGEST_TEXT = 500
LOGGED_AGAIN_AFTER_S = 60
logged_at: dict[tuple[str, str], float] = {}


class Isolation:
    """Isolates the units of one part of the work from each other's failures."""

    def __init__(self, part: str, *, now: datetime) -> None:
        self.part, self.now = part, now
        self.fault: Exception | None = None
        self.troubled = subjects_of(part)

    def each(self, subject: str) -> "Unit":
        """A context for one unit: its exception is recorded, kept as `fault`, and not raised."""
        return Unit(self, subject)

    def failed(self, subject: str, fault: Exception) -> None:
        """Record what went wrong with a unit."""
        self.fault = fault
        self.troubled.add(subject)
        record_trouble(self.part, subject, fault, now=self.now)

    def worked(self, subject: str) -> None:
        """Note that a unit worked: its trouble, if it had one, is over."""
        self.fault = None
        if subject in self.troubled:
            self.troubled.discard(subject)
            clear_trouble(self.part, subject)


class Unit(NamedTuple):
    """One node, rule or delivery method, as a context manager."""

    isolation: Isolation
    subject: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, fault: BaseException | None, traceback: object) -> bool:
        """Suppress exceptions, except those that end the whole task."""
        if isinstance(fault, Exception) and not is_out_of_time(fault):
            self.isolation.failed(self.subject, fault)
            return True
        if fault is None:
            self.isolation.worked(self.subject)
        return False


def is_out_of_time(fault: Exception) -> bool:
    """Whether a task has used up its time, which ends it whatever it was at."""
    # Imported only after a failure: web processes do without Celery.
    from celery.exceptions import SoftTimeLimitExceeded  # noqa: PLC0415

    return isinstance(fault, SoftTimeLimitExceeded)


def subjects_of(part: str) -> set[str]:
    """The subjects of a part that are in trouble; none if the database fails."""
    try:
        with transaction.atomic():
            return set(Trouble.objects.filter(part=part).values_list("subject", flat=True))
    except Error:
        return set()


def record_trouble(part: str, subject: str, fault: Exception, *, now: datetime) -> None:
    """Record a failure; the first one is logged too. If the database fails, it is only logged."""
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
        log_at_most_once_a_minute(part, subject, fault)
    else:
        if not again:
            log.warning("trouble", part=part, subject=subject, why=text, exc_info=fault)


def log_at_most_once_a_minute(part: str, subject: str, fault: Exception) -> None:
    """Log a failure that could not be recorded, at most once a minute."""
    at = time.monotonic()
    if at - logged_at.get((part, subject), -LOGGED_AGAIN_AFTER_S) >= LOGGED_AGAIN_AFTER_S:
        logged_at[part, subject] = at
        log.warning("trouble not recorded", part=part, subject=subject, why=str(fault))


def clear_trouble(part: str, subject: str) -> None:
    """Delete the trouble of a subject that works again."""
    try:
        with transaction.atomic():
            Trouble.objects.filter(part=part, subject=subject).delete()
    except Error as fault:
        log_at_most_once_a_minute(part, subject, fault)
    else:
        log.info("trouble over", part=part, subject=subject)


def forget_old(*, now: datetime) -> int:
    """Drop what was not tried for an hour, such as a rule switched off. Returns how many."""
    return Trouble.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()[0]
