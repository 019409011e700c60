"""JSON request bodies, parsed strictly."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from rest_framework.parsers import BaseParser

from live.problems import Problem
from live.slugs import quoted

MOST_BYTES = 16 * 1024
# Python reads no number of thousands of digits.
LENGTH_DIGITS = len(str(MOST_BYTES))
Body = dict[str, Any]


class StrictJSONParser(BaseParser):
    """A JSON object of at most 16 KiB: no NaN, no repeated name, no half of a surrogate pair."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Body:
        request = (parser_context or {})["request"]
        length = request.headers.get("Content-Length") or "0"
        is_number = length.isascii() and length.isdigit() and len(length) <= LENGTH_DIGITS
        if not is_number or int(length) > MOST_BYTES:
            raise too_long()
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise too_long()
        return json_object(body)


def json_object(text: bytes) -> Body:
    """The object in a body. Raises Problem."""
    try:
        found = json.loads(text, parse_constant=refuse, object_pairs_hook=once_each)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise bad("The body is not JSON.") from fault
    if not isinstance(found, dict):
        raise bad("The body is not a JSON object.")
    return found


def once_each(pairs: list[tuple[str, Any]]) -> Body:
    """An object. Raises Problem if a name is repeated: it is unclear which value is meant."""
    found: Body = {}
    for name, value in pairs:
        if name in found:
            raise bad(f"The body has {quoted(name)} twice.")
        found[name] = value
    return found


def refuse(word: str) -> None:
    """Refuse NaN and Infinity, which Python reads though JSON does not have them."""
    raise ValueError(word)


def bad(why: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, why)


def too_long() -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is at most {MOST_BYTES} bytes.")
