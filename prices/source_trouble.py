"""Why the source has not answered, in a sentence somebody can act on; from what its runs say.

Pure.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

PATIENCE = timedelta(minutes=1)
SILENT_AFTER = timedelta(minutes=6)  # of a source that has answered: the page's lamp is late then
UNASKED_AFTER = timedelta(minutes=15)
NOTHING_AFTER = timedelta(minutes=15)
MOST_QUOTED = 160
NAMES = {"oasis": "OASIS", "simulator": "The simulator"}
BROKE_OFF = "broke_off"


@dataclass(frozen=True)
class Failure:
    """What is put down of a request that was not answered: the newest one."""

    started_at: datetime
    outcome: str
    status: int | None
    detail: str


@dataclass(frozen=True)
class Record:
    """What is known of a source: when it last answered, and what it did since.

    `failing_since` is when the first request after its last answer was made, `watched_since` when
    somebody began to look; `has_prices` is whether anything was ever held.
    """

    answered_at: datetime | None
    failing_since: datetime | None
    newest: Failure | None
    watched_since: datetime
    has_prices: bool


def trouble(record: Record, source: str, *, now: datetime) -> str | None:
    """A sentence, or None while there is nothing to say or it is too early to say it."""
    name = NAMES.get(source, source)
    if record.answered_at is not None and now - record.answered_at < SILENT_AFTER:
        return empty(record, name, now=now)
    asked = record.newest.started_at if record.newest else record.answered_at
    if now - (asked or record.watched_since) > (UNASKED_AFTER if asked else PATIENCE):
        return unasked(name, asked, now=now)
    if record.newest is None or record.failing_since is None:
        return None
    return sentence(failed(record.newest, name)) if now - record.failing_since >= PATIENCE else None


def sentence(text: str) -> str:
    """With its full stop, where it has no other end."""
    return text if text.endswith((".", "?", "…")) else f"{text}."


def empty(record: Record, name: str, *, now: datetime) -> str | None:
    """A source that answers, and never with a price."""
    if record.has_prices or now - record.watched_since < NOTHING_AFTER:
        return None
    return f"{name} answers, but not with a single price: look at the fetch runs in the admin."


def unasked(name: str, asked: datetime | None, *, now: datetime) -> str:
    """Nobody asks: then it is not the source that is silent."""
    since = f"for {round((now - asked).total_seconds() / 60)} minutes" if asked else "yet"
    return f"{name} has not been asked {since}: do the worker, beat and Redis run?"


def failed(failure: Failure, name: str) -> str:
    """What became of the newest request."""
    said = cleaned(failure.detail)
    status = failure.status or 0
    if failure.outcome == "rate_limited":
        return f"{name} refuses because it is asked too often: who else asks it from here?"
    if failure.outcome == BROKE_OFF:
        return f"A fault of this program ended the last request to {name}: {said}"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{name} does not answer but {said}: is OASIS_URL right?"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return "The proxy wants to know who asks (HTTP 407): put its user into HTTPS_PROXY."
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{name} refuses ({words(status)}): is OASIS_URL right, and no proxy in the way?"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{name} is out of order ({words(status)}). It is asked again by itself."
    return other(failure, name, said)


def other(failure: Failure, name: str, said: str) -> str:
    """What HTTP does not show."""
    if failure.outcome == "our_mistake":
        return f"{name} refuses the question: {said}. Are the names of the tracked nodes right?"
    if failure.outcome in ("bad_answer", "not_a_price_report") and not said.startswith("OASIS"):
        return f"{name} gives no price report: {said}. Is OASIS_URL right, and no proxy in the way?"
    if failure.status is None and failure.outcome == "server_trouble":
        return f"{name} can't be reached: {said}"
    return f"{name} gives no prices: {said}"


def words(status: int) -> str:
    """`HTTP 403 Forbidden`; a number that nobody knows stays one."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def cleaned(detail: str) -> str:
    """The first line of what was put down, for a page: bounded, without passwords or odd signs."""
    line = re.sub(r"//[^/@\s]*@", "//", detail.partition("\n")[0])
    line = "".join(sign if sign.isprintable() else " " for sign in line)
    line = " ".join(line.split()).rstrip(".")
    return line if len(line) <= MOST_QUOTED else f"{line[: MOST_QUOTED - 1]}…"
