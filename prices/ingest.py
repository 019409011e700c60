"""Ingest: fetch, parse, store. Each request leaves a FetchRun, whatever became of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import structlog
from django.conf import settings
from django.utils import timezone

from prices import archives
from prices.connection import redis_client
from prices.feed import Publication
from prices.history import Recorded, record
from prices.models import FetchRun
from prices.oasis import Download, Oasis
from prices.oasis_errors import AskedTooMuch, NoData, OasisTrouble
from prices.oasis_query import CORRECTIONS_GROUP, PriceQuery, corrections_parameters
from prices.oasis_report import corrected_rows, read_archive
from prices.politeness import Manner, Politeness
from prices.published import Answer, PublishedPrice, Rejection
from prices.versions import Verdict

log = structlog.get_logger(__name__)
MOST_REASONS = 20


@dataclass
class Ingested:
    """What one window brought: prices by verdict, and what the feeds learned."""

    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)

    def add(self, other: "Ingested") -> None:
        """Count another window's in."""
        self.new += other.new
        self.corrected += other.corrected
        self.unchanged += other.unchanged
        self.rejections += other.rejections
        self.publications += other.publications


@cache
def oasis() -> Oasis:
    """This process's client."""
    pause = settings.OASIS_SECONDS_BETWEEN_REQUESTS
    return Oasis(settings.OASIS_URL, Politeness(redis_client(), pause))


def ingest(query: PriceQuery, manner: Manner) -> Ingested:
    """Bring one window into history; in halves where OASIS says it is too much.

    No data is an answer, and an empty result. Raises the other errors of `oasis_errors`, and
    NoToken when there was no turn to ask.
    """
    try:
        return ingest_whole(query, manner)
    except NoData:
        return Ingested()
    except AskedTooMuch:
        halves = query.halves()
        if halves is None:
            raise
    ingested = Ingested()
    for half in halves:
        ingested.add(ingest(half, manner))
    return ingested


def ingest_whole(query: PriceQuery, manner: Manner) -> Ingested:
    """One request and what it brought, put down in a FetchRun."""
    run = FetchRun(
        report=query.market.report,
        market=query.market.value,
        nodes=",".join(query.nodes),
        window_start=query.start,
        window_end=query.end,
    )
    with put_down(run):
        download = oasis().single_zip(query, manner)
        return take(run, query, download)


def ask_whether_corrected(start: datetime, end: datetime) -> None:
    """Ask for the list of corrections of one trade date; its FetchRun says how many rows it has.

    Raises the errors of `oasis_errors` but NoData, which means that nothing was corrected.
    """
    run = FetchRun(report=CORRECTIONS_GROUP, window_start=start, window_end=end)
    with suppress(NoData), put_down(run):
        download = oasis().download("GroupZip", corrections_parameters(start, end), Manner.PATIENT)
        came(run, download)
        run.archive = keep(download, f"{run.report}.zip", run.started_at, rejected=False)
        run.rows = corrected_rows(download.content)
        run.outcome = FetchRun.OK


@contextmanager
def put_down(run: FetchRun) -> Iterator[None]:
    """Save `run` with its outcome once its request is over; none where none was made."""
    run.started_at = timezone.now()
    clock = time.monotonic()
    try:
        yield
    except OasisTrouble as fault:
        run.outcome, run.detail = fault.outcome, str(fault)
        if not isinstance(fault, NoData):
            log.warning("OASIS", outcome=run.outcome, report=run.report, detail=run.detail)
        raise
    finally:
        run.duration_ms = int((time.monotonic() - clock) * 1000)
        if run.outcome:
            run.save()


def came(run: FetchRun, download: Download) -> None:
    """Put down what came, before anybody looks inside."""
    run.status, run.size, run.sha256 = download.status, len(download.content), download.sha256


def take(run: FetchRun, query: PriceQuery, download: Download) -> Ingested:
    """Parse and store an answer. The archive is kept first, also of one that can't be read."""
    came(run, download)
    seen_at = timezone.now()
    name = f"{query.market.report}.zip"
    try:
        answer = read_archive(download.content)
    except NoData:
        raise
    except OasisTrouble:
        run.archive = keep(download, name, seen_at, rejected=True)
        raise
    asked, strays = asked_for(answer, query)
    answer.rejections += strays
    run.archive = keep(download, name, seen_at, rejected=bool(answer.rejections))
    recorded = record(asked, seen_at=seen_at, source=settings.PRICE_SOURCE, now=seen_at)
    describe(run, answer, recorded)
    return Ingested(
        new=recorded[Verdict.NEW],
        corrected=recorded[Verdict.CORRECTED],
        unchanged=recorded[Verdict.UNCHANGED],
        rejections=answer.rejections,
        publications=recorded.publications,
    )


def keep(download: Download, name: str, at: datetime, *, rejected: bool) -> str:
    """Put the archive where `archives` keeps it."""
    return archives.keep(settings.ARCHIVE_DIR, download.content, name, at=at, rejected=rejected)


def asked_for(answer: Answer, query: PriceQuery) -> tuple[list[PublishedPrice], list[Rejection]]:
    """The prices that answer the query, and those nobody asked for."""
    asked: list[PublishedPrice] = []
    strays: list[Rejection] = []
    for price in answer.prices:
        fits = price.market is query.market and price.node in query.nodes
        if fits and query.start <= price.interval_start < query.end:
            asked.append(price)
        else:
            subject = f"{price.market} {price.node} {price.interval_start:%Y-%m-%dT%H:%MZ}"
            strays.append(Rejection(subject, "not asked for"))
    return asked, strays


def describe(run: FetchRun, answer: Answer, recorded: Recorded) -> None:
    """What the answer held, for the record."""
    run.outcome = FetchRun.OK
    run.rows = answer.rows
    run.new, run.corrected = recorded[Verdict.NEW], recorded[Verdict.CORRECTED]
    run.rejected = len(answer.rejections)
    run.detail = "\n".join(map(str, answer.rejections[:MOST_REASONS]))
    if answer.rejections:
        log.warning("prices rejected", count=run.rejected, first=str(answer.rejections[0]))
