"""Who may read the live feed: our pages, pages an operator trusts, programs with the token."""

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from live.cross_origin import is_allowed

Headers = Mapping[bytes, bytes]
# The scheme of the page that opens a WebSocket of each scheme.
PAGES = {"ws": "http", "wss": "https"}
NOT_FOR_YOU = (
    "The live feed is for pages of this site, and for programs with its token: "
    "Authorization: Bearer <token>."
)


def may_read(headers: Headers, scheme: str) -> bool:
    """Whether a WebSocket or an event stream may open.

    A page is known by the origin that its browser sends; a program sends none, but a token.
    """
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin:
        return is_ours(origin, headers, scheme)
    return is_from_our_page(headers, scheme) or has_token(headers)


def is_from_our_page(headers: Headers, scheme: str) -> bool:
    """Whether a request without an Origin comes from a page of this site.

    An EventSource sends no Origin to its own site. Sec-Fetch-Site says whose page it is, but
    browsers send it only over https and to localhost; otherwise the Referer says it.
    """
    site = headers.get(b"sec-fetch-site")
    if site:
        return site == b"same-origin" and is_our_host(headers)
    return is_ours(origin_of(headers.get(b"referer", b"").decode("latin-1")), headers, scheme)


def origin_of(address: str) -> str:
    """The scheme, host and port of an address."""
    return "/".join(address.split("/", 3)[:3])


def has_token(headers: Headers) -> bool:
    """Whether a program sends the feed token: `Authorization: Bearer ...`."""
    return shows_token(headers.get(b"authorization", b""), settings.FEED_TOKEN)


def shows_token(authorization: bytes, right: str) -> bool:
    """Whether an Authorization header is `Bearer` and this token."""
    scheme, _, token = authorization.partition(b" ")
    return scheme.lower() == b"bearer" and compare_digest(token.strip(), right.encode())


def is_ours(origin: str, headers: Headers, scheme: str) -> bool:
    """Whether an origin is trusted, or is the host of the request, with the same scheme and port.

    Behind a proxy with TLS the scheme is what a trusted one says: see `live/forwarded.py`.
    """
    if origin in settings.CSRF_TRUSTED_ORIGINS or is_allowed(origin, settings.CORS_ALLOWED_ORIGINS):
        return True
    host = headers.get(b"host", b"").decode("latin-1")
    return origin == f"{PAGES.get(scheme, scheme)}://{host}" and is_our_host(headers)


def is_our_host(headers: Headers) -> bool:
    """Whether the request's Host is one of ALLOWED_HOSTS."""
    try:
        name = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname or ""
    except ValueError:  # an unclosed [, for example
        return False
    return validate_host(f"[{name}]" if ":" in name else name, settings.ALLOWED_HOSTS)
