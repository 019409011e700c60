"""Whether a receiver took a message, by its HTTP answer. Pure."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from outbound.errors import Refused, Unreachable

TRY_AGAIN = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class ReceiverAnswer(NamedTuple):
    """The status, the headers by lower-case name, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def refuse_failures(answer: ReceiverAnswer, *, now: datetime) -> None:
    """Raise Unreachable or Refused unless the message was taken (2xx)."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    text = f"HTTP {answer.status}: {answer.body[:800].decode('utf-8', 'replace')}"
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in TRY_AGAIN:
        raise Unreachable(text, retry_after(answer.headers.get("retry-after", ""), now=now))
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        raise Refused(f"HTTP {answer.status}: redirects are not followed.")
    raise Refused(text)


def retry_after(value: str, *, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None if neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    # HTTP dates have a zone.
    return max((moment - now).total_seconds(), 0.0) if moment.tzinfo else None
