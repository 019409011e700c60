"""Why the source has not answered, as a sentence that says what to do. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

PATIENCE = timedelta(minutes=1)
SILENT_AFTER = timedelta(minutes=6)  # after an answer; the page shows the source as late by then
UNASKED_AFTER = timedelta(minutes=15)
NOTHING_AFTER = timedelta(minutes=15)
MOST_QUOTED = 160
NAMES = {"oasis": "OASIS", "simulator": "The simulator"}
BROKE_OFF = "broke_off"


@dataclass(frozen=True)
class Failure:
    """The newest request that was not answered, from its FetchRun."""

    started_at: datetime
    outcome: str
    status: int | None
    detail: str


@dataclass(frozen=True)
class Record:
    """When a source last answered, and what it did since.

    `failing_since` is the time of the first request after its last answer, `watched_since` when
    this process began to look. `has_prices` is whether any price was ever stored.
    """

    answered_at: datetime | None
    failing_since: datetime | None
    newest: Failure | None
    watched_since: datetime
    has_prices: bool


def trouble(record: Record, source: str, *, now: datetime) -> str | None:
    """A sentence, or None if nothing is wrong or it is too early to say."""
    name = NAMES.get(source, source)
    if record.answered_at is not None and now - record.answered_at < SILENT_AFTER:
        return no_price_yet(record, name, now=now)
    asked = record.newest.started_at if record.newest else record.answered_at
    if now - (asked or record.watched_since) > (UNASKED_AFTER if asked else PATIENCE):
        return not_asked(name, asked, now=now)
    if record.newest is None or record.failing_since is None:
        return None
    return (
        sentence(explain(record.newest, name)) if now - record.failing_since >= PATIENCE else None
    )


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends like a sentence."""
    return text if text.endswith((".", "?", "…")) else f"{text}."


def no_price_yet(record: Record, name: str, *, now: datetime) -> str | None:
    """What to say of a source that answers but never sent a price."""
    if record.has_prices or now - record.watched_since < NOTHING_AFTER:
        return None
    return f"{name} answers, but has not sent a single price: see the fetch runs in the admin."


def not_asked(name: str, asked: datetime | None, *, now: datetime) -> str:
    """What to say if the source was not asked: then the fault is here."""
    since = f"for {round((now - asked).total_seconds() / 60)} minutes" if asked else "yet"
    return f"{name} has not been asked {since}: do the worker, beat and Redis run?"


def explain(failure: Failure, name: str) -> str:
    """Why the newest request failed."""
    detail = first_line(failure.detail)
    status = failure.status or 0
    if failure.outcome == "rate_limited":
        return f"{name} refuses because it is asked too often: who else asks it from here?"
    if failure.outcome == BROKE_OFF:
        return f"An error in this program ended the last request to {name}: {detail}"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{name} {detail} instead of answering: is OASIS_URL right?"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return "The proxy needs a user name and password (HTTP 407): add them to HTTPS_PROXY."
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return (
            f"{name} refuses ({status_text(status)}): is OASIS_URL right, and no proxy in the way?"
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{name} is out of order ({status_text(status)}). It is asked again by itself."
    return explain_by_outcome(failure, name, detail)


def explain_by_outcome(failure: Failure, name: str, detail: str) -> str:
    """Why a request failed whose HTTP status does not say."""
    if failure.outcome == "our_mistake":
        return f"{name} refuses the query: {detail}. Are the names of the tracked nodes right?"
    if failure.outcome in ("bad_answer", "not_a_price_report") and not detail.startswith("OASIS"):
        return (
            f"{name} sends no price report: {detail}. Is OASIS_URL right, and no proxy in the way?"
        )
    if failure.status is None and failure.outcome == "server_trouble":
        return f"{name} can't be reached: {detail}"
    return f"{name} sends no prices: {detail}"


def status_text(status: int) -> str:
    """A status as `HTTP 403 Forbidden`; unknown ones without the phrase."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def first_line(detail: str) -> str:
    """The first line of a run's detail for a page: cut, without passwords or control characters."""
    line = re.sub(r"//[^/@\s]*@", "//", detail.partition("\n")[0])
    line = "".join(sign if sign.isprintable() else " " for sign in line)
    line = " ".join(line.split()).rstrip(".")
    return line if len(line) <= MOST_QUOTED else f"{line[: MOST_QUOTED - 1]}…"
