"""What a request brings as JSON, read strictly."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest

from live.problems import Problem

MOST_BYTES = 16 * 1024


def read(request: HttpRequest) -> dict[str, Any]:
    """The object in a request's body. Raises Problem."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise too_long()
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise too_long()
    try:
        told = json.loads(body, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise bad("The body is not JSON.") from fault
    if not isinstance(told, dict):
        raise bad("The body is not a JSON object.")
    return told


def refuse(word: str) -> None:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(word)


def bad(why: str) -> Problem:
    """A body that says nothing we can use."""
    return Problem(HTTPStatus.BAD_REQUEST, why)


def too_long() -> Problem:
    """A body that is not read."""
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is at most {MOST_BYTES} bytes.")
