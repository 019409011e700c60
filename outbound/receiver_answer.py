"""What a receiver's answer to a message means. Pure."""

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
    """A status, the headers by their names in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def refuse_failures(answer: ReceiverAnswer, *, now: datetime) -> None:
    """Return for a message that was taken; raise Unreachable or Refused for one that was not."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    text = f"HTTP {answer.status}: {answer.body[:800].decode('utf-8', 'replace')}"
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in TRY_AGAIN:
        raise Unreachable(text, retry_after(answer.headers.get("retry-after", ""), now=now))
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        raise Refused(f"HTTP {answer.status}: it leads elsewhere, and redirects are not followed.")
    raise Refused(text)


def retry_after(value: str, *, now: datetime) -> float | None:
    """Seconds to wait, out of a Retry-After header: seconds, or a date."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    # A date without a zone is not HTTP's.
    return max((moment - now).total_seconds(), 0.0) if moment.tzinfo else None
