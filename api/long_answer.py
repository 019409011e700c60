"""An answer that may be long: made in pieces, held compressed, sent as it is taken."""

import re
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import NamedTuple

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

GZIP = 16 + zlib.MAX_WBITS
LEVEL = 6
SHORT = 16 * 1024
PIECE = 64 * 1024
ACCEPTED = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


class Squeezed(NamedTuple):
    """Text as gzip, and how many bytes it has in full."""

    data: bytes
    size: int


def squeezed(parts: Iterable[str]) -> Squeezed:
    """The parts of a text, of which no more than one is held in full."""
    press = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    pieces, size = [], 0
    for part in parts:
        data = part.encode()
        size += len(data)
        pieces.append(press.compress(data))
    pieces.append(press.flush())
    return Squeezed(b"".join(pieces), size)


def in_full(text: Squeezed) -> Iterator[bytes]:
    """The text again, piece by piece."""
    opened, rest = zlib.decompressobj(GZIP), text.data
    while piece := opened.decompress(rest, PIECE):
        yield piece
        rest = opened.unconsumed_tail


async def one_by_one(text: Squeezed) -> AsyncIterator[bytes]:
    """The same where the server takes one piece after the other, as its client does."""
    for piece in in_full(text):
        yield piece


def json_response(request: HttpRequest, text: Squeezed) -> HttpResponseBase:
    """JSON as this client takes it: compressed where it can, else in pieces."""
    response: HttpResponseBase
    is_compressed = text.size > SHORT and accepts_gzip(request)
    if is_compressed:
        response = HttpResponse(text.data, content_type="application/json")
        response.headers["Content-Encoding"] = "gzip"
    elif text.size > SHORT and isinstance(request, ASGIRequest):
        response = StreamingHttpResponse(one_by_one(text), content_type="application/json")
    else:
        response = HttpResponse(b"".join(in_full(text)), content_type="application/json")
    response.headers["Content-Length"] = str(len(text.data) if is_compressed else text.size)
    response.headers["Vary"] = "Accept-Encoding"
    return response


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether a client reads gzip."""
    return ACCEPTED.search(request.headers.get("Accept-Encoding", "")) is not None
