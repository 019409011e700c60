"""Ingest: fetch, parse, store. Each request leaves a FetchRun, also if it fails."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TypeVar

import structlog
from django.conf import settings
from django.utils import timezone

from oasis.client import Download, Oasis
from oasis.errors import AskedTooMuch, NoData, OasisTrouble
from oasis.printable import printable
from oasis.published import Answer, PublishedPrice
from oasis.query import CORRECTIONS_GROUP, PriceQuery, corrections_parameters
from oasis.report import corrected_rows, read_archive
from oasis.turns import Priority, Turns
from prices.feed import FeedRange
from prices.fetch_log import keep_archive, note_answer, saving
from prices.history import Recorded, record
from prices.models import FetchRun
from prices.redis_client import redis_client
from prices.versions import Verdict
from telemetry import traces

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass
class Ingested:
    """What one window brought: prices by verdict, and what was added to the feeds."""

    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    outdated: int = 0
    rejected: int = 0
    feed_ranges: list[FeedRange] = field(default_factory=list)

    def add(self, other: "Ingested") -> None:
        """Add what another window brought."""
        self.new += other.new
        self.corrected += other.corrected
        self.unchanged += other.unchanged
        self.outdated += other.outdated
        self.rejected += other.rejected
        self.feed_ranges += other.feed_ranges


@cache
def oasis() -> Oasis:
    """The OASIS client of this process."""
    pause = settings.OASIS_SECONDS_BETWEEN_REQUESTS
    turns = Turns(redis_client(), pause)
    return Oasis(settings.OASIS_URL, turns, inside=settings.OASIS_INSIDE)


def ingest(query: PriceQuery, priority: Priority, purpose: str) -> Ingested:
    """Fetch and store one window, in halves if OASIS says it is too much.

    No data gives an empty result. Raises the other errors of `oasis.errors`, and NoTurn.
    """
    try:
        return ingest_whole(query, priority, purpose)
    except NoData:
        return Ingested()
    except AskedTooMuch:
        halves = query.halves()
        if halves is None:
            raise
    ingested = Ingested()
    for half in halves:
        ingested.add(ingest(half, priority.once_begun, purpose))
    return ingested


def ingest_whole(query: PriceQuery, priority: Priority, purpose: str) -> Ingested:
    """Make one request and store what it brought, with a FetchRun."""
    run = FetchRun(
        report=query.market.report,
        market=query.market.value,
        purpose=purpose,
        nodes=",".join(query.nodes),
        window_start=query.start,
        window_end=query.end,
    )
    with saving(run):
        return store_answer(run, query, oasis().single_zip(query, priority))


def fetch_correction_list(start: datetime, end: datetime) -> None:
    """Ask for the list of corrections of one trade date; its FetchRun has the number of rows.

    Raises the errors of `oasis.errors` except NoData, which means that nothing was corrected.
    """
    run = FetchRun(report=CORRECTIONS_GROUP, purpose=FetchRun.SWEEP)
    run.window_start, run.window_end = start, end
    with suppress(NoData), saving(run):
        download = oasis().download("GroupZip", corrections_parameters(start, end), Priority.SPARE)
        run.rows = read_answer(run, download, corrected_rows)
        keep_archive(run, download.content, rejected=False)
        run.outcome = FetchRun.OK


def read_answer(run: FetchRun, download: Download, reader: Callable[[bytes], T]) -> T:
    """The answer as read by `reader`. Errors of reading carry the answer along."""
    note_answer(run, download.content, download.status)
    try:
        return reader(download.content)
    except OasisTrouble as fault:
        if not isinstance(fault, NoData):
            fault.status, fault.body = download.status, download.content
        raise


def store_answer(run: FetchRun, query: PriceQuery, download: Download) -> Ingested:
    """Read and store an answer, also the good prices of a partly bad one."""
    seen_at = timezone.now()
    with traces.span("parse", bytes=len(download.content)):
        answer = read_answer(run, download, read_archive)
    asked = asked_for(answer, query)
    keep_archive(run, download.content, rejected=answer.rejected > 0)
    with traces.span("ingest transaction", prices=len(asked)):
        recorded = record(asked, seen_at=seen_at, source=settings.PRICE_SOURCE, now=seen_at)
    note_result(run, answer, recorded)
    return Ingested(
        new=recorded[Verdict.NEW],
        corrected=recorded[Verdict.CORRECTED],
        unchanged=recorded[Verdict.UNCHANGED] + recorded[Verdict.COMPLETED],
        outdated=recorded[Verdict.OUTDATED],
        rejected=answer.rejected,
        feed_ranges=recorded.feed_ranges,
    )


def asked_for(answer: Answer, query: PriceQuery) -> list[PublishedPrice]:
    """The prices that were asked for. Others are rejected."""
    asked: list[PublishedPrice] = []
    for price in answer.prices:
        fits = price.market is query.market and price.node in query.nodes
        if fits and query.start <= price.interval_start < query.end:
            asked.append(price)
        else:
            subject = f"{price.market} {price.node} {price.interval_start:%Y-%m-%dT%H:%MZ}"
            answer.reject(subject, "not asked for")
    return asked


def note_result(run: FetchRun, answer: Answer, recorded: Recorded) -> None:
    """Set what an answer held, in its run."""
    run.outcome = FetchRun.OK
    run.rows = answer.rows
    run.new, run.corrected = recorded[Verdict.NEW], recorded[Verdict.CORRECTED]
    run.rejected = answer.rejected
    run.detail = "\n".join([*outdated(recorded), *map(str, answer.rejections)])
    if answer.rejected:
        first = printable(str(answer.rejections[0]))
        log.warning("prices rejected", count=run.rejected, first=first)


def outdated(recorded: Recorded) -> Iterator[str]:
    """A line if any price was older than what is held."""
    if count := recorded[Verdict.OUTDATED]:
        log.warning("prices outdated", count=count)
        yield f"{count} older than what is held, which stays"
