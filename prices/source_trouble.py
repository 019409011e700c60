"""Why the source has not answered and since when, as a sentence that says what to do. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from market.intervals import operating_date, pacific

PATIENCE = timedelta(minutes=1)
FAILING_FOR = timedelta(seconds=30)  # one request that fails is made good by the next
UNASKED_AFTER = timedelta(minutes=15)
NOTHING_AFTER = timedelta(minutes=15)
MOST_QUOTED = 160
NAMES = {"oasis": "CAISO", "simulator": "The simulator"}
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
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
    """When a source last answered, and what it did since. `newest` is None while it answers.

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
    asked = record.newest.started_at if record.newest else record.answered_at
    if now - (asked or record.watched_since) > (UNASKED_AFTER if asked else PATIENCE):
        return not_asked(name, asked, now=now)
    if record.newest is None or record.failing_since is None:
        return no_price_yet(record, name, now=now)
    if now - record.failing_since < FAILING_FOR:
        return None
    return sentence(explain(record.newest, name, since(record.failing_since, now=now)))


def since(moment: datetime, *, now: datetime) -> str:
    """` since 20:58`, Pacific; with the day if that is another one."""
    is_today = operating_date(moment) == operating_date(now)
    day = "" if is_today else f"{pacific(moment):%a, %b %-d,} "
    return f" since {day}{pacific(moment):%H:%M}"


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends like a sentence."""
    return text if text.endswith((".", "?", "…")) else f"{text}."


def no_price_yet(record: Record, name: str, *, now: datetime) -> str | None:
    """What to say of a source that answers but never sent a price."""
    if record.answered_at is None or record.has_prices:
        return None
    if now - record.watched_since < NOTHING_AFTER:
        return None
    return f"{name} answers, but has not sent a single price: see the fetch runs in the admin."


def not_asked(name: str, asked: datetime | None, *, now: datetime) -> str:
    """What to say if the source was not asked: then the fault is here."""
    for_how_long = f"for {round((now - asked).total_seconds() / 60)} minutes" if asked else "yet"
    return f"{name} has not been asked {for_how_long}: do the worker, beat and Redis run?"


def explain(failure: Failure, name: str, since: str = "") -> str:
    """Why the newest request failed; ` since 20:58` stands where it is read best."""
    detail = first_line(failure.detail)
    status = failure.status or 0
    if failure.outcome == "rate_limited":
        why = f"{TOO_MANY}, asked too often" if status == TOO_MANY else "asked too often"
        return f"{name} refuses us{since} ({why}): who else asks it from here?"
    if failure.outcome == BROKE_OFF:
        return f"An error in this program has ended each request to {name}{since}: {detail}"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{name} {detail} instead of answering{since}: is OASIS_URL right?"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return "The proxy needs a user name and password (HTTP 407): add them to HTTPS_PROXY."
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        why = f"({status_text(status)})"
        return f"{name} refuses us{since} {why}: is OASIS_URL right, and no proxy in the way?"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        why = f"({status_text(status)})"
        return f"{name} is out of order{since} {why}. It is asked again by itself."
    return explain_by_outcome(failure, name, detail, since)


def explain_by_outcome(failure: Failure, name: str, detail: str, since: str) -> str:
    """Why a request failed whose HTTP status does not say."""
    if failure.outcome == "our_mistake":
        names = "Are the names of the tracked nodes right?"
        return f"{name} refuses the query{since}: {detail}. {names}"
    if failure.outcome in ("bad_answer", "not_a_price_report") and not detail.startswith("OASIS"):
        address = "Is OASIS_URL right, and no proxy in the way?"
        return f"{name} sends no price report{since}: {detail}. {address}"
    if failure.status is None and failure.outcome == "server_trouble":
        return f"{name} can't be reached{since}: {detail}"
    return f"{name} sends no prices{since}: {detail}"


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
