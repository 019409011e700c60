"""The record of each request to OASIS: a FetchRun, and the archive that came."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from oasis.errors import NoData, OasisTrouble
from oasis.printable import printable
from oasis.turns import NoTurn
from prices import archives
from prices.models import FetchRun, RequestTotal

log = structlog.get_logger(__name__)
BROKE_OFF = "broke_off"


@contextmanager
def saving(run: FetchRun) -> Iterator[None]:
    """Save `run` with its outcome after the request in the `with` block, also if that failed.

    Without a turn nothing was requested, and nothing is saved.
    """
    run.started_at = timezone.now()
    clock = time.monotonic()
    try:
        yield
    except NoTurn:
        raise
    except OasisTrouble as fault:
        note_failure(run, fault)
        save(run, clock)
        raise
    except BaseException as fault:
        run.outcome, run.detail = BROKE_OFF, f"{type(fault).__name__}: {fault}"
        save(run, clock)
        raise
    else:
        save(run, clock)


def save(run: FetchRun, clock: float) -> None:
    """Save a run that began at `clock` on the monotonic clock, and count it."""
    run.duration_ms = int((time.monotonic() - clock) * 1000)
    with transaction.atomic():
        run.save()
        add_to_total(run)


def add_to_total(run: FetchRun) -> None:
    """Count a run for ever: it is deleted after a while, and no counter may go back."""
    row, _ = RequestTotal.objects.get_or_create(report=run.report, outcome=run.outcome)
    added = {"count": F("count") + 1, "seconds": F("seconds") + run.duration_ms / 1000}
    RequestTotal.objects.filter(pk=row.pk).update(**added)


def note_failure(run: FetchRun, fault: OasisTrouble) -> None:
    """Set the outcome of a request that failed, and keep what came instead of a report."""
    run.outcome, run.detail = fault.outcome, printable(str(fault))
    run.status = fault.status or run.status
    if fault.body:
        note_answer(run, fault.body, fault.status)
        keep_archive(run, fault.body, rejected=True)
    if not isinstance(fault, NoData):
        log.warning("OASIS", outcome=run.outcome, report=run.report, detail=run.detail)


def note_answer(run: FetchRun, content: bytes, status: int | None) -> None:
    """Set status, size and hash of an answer that has not been read yet."""
    run.status, run.size = status, len(content)
    run.sha256 = hashlib.sha256(content).hexdigest()


def keep_archive(run: FetchRun, content: bytes, *, rejected: bool) -> None:
    """Keep an archive on disk. If the disk is full, the archive is lost, but not its prices."""
    name = f"{run.report}.zip" if content[:2] == b"PK" else f"{run.report}.txt"
    root, at = settings.ARCHIVE_DIR, run.started_at
    try:
        run.archive = archives.keep(root, content, name, at=at, rejected=rejected)
    except OSError as fault:
        log.error("archive not kept", report=run.report, why=str(fault))
