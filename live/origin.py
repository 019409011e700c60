"""Who may read the live feed: our own pages, those an operator trusts, programs with the token."""

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

Headers = Mapping[bytes, bytes]
NOT_FOR_YOU = (
    "The live feed is for pages of this site, and for programs with its token: "
    "Authorization: Bearer <token>."
)


def may_read(headers: Headers) -> bool:
    """Whether a WebSocket or an event stream may open.

    A page by the origin that its browser names; a program, which names none, by its token.
    """
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin:
        return is_ours(origin, headers)
    return is_from_our_page(headers) or has_token(headers)


def is_from_our_page(headers: Headers) -> bool:
    """Whether a browser that sends no Origin asks for a page of this site.

    An EventSource sends none to its own site. Sec-Fetch-Site says whose page it is, but only over
    https and to this machine; elsewhere the Referer does.
    """
    site = headers.get(b"sec-fetch-site")
    if site:
        return site == b"same-origin" and is_our_host(headers)
    return is_ours(origin_of(headers.get(b"referer", b"").decode("latin-1")), headers)


def origin_of(address: str) -> str:
    """The scheme, host and port of an address."""
    return "/".join(address.split("/", 3)[:3])


def has_token(headers: Headers) -> bool:
    """Whether a program shows the feed's token: `Authorization: Bearer ...`."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    return scheme.lower() == b"bearer" and compare_digest(
        token.strip(), settings.FEED_TOKEN.encode()
    )


def is_ours(origin: str, headers: Headers) -> bool:
    """Whether an origin is the host the request was made to, scheme and port and all, or trusted.

    Behind a proxy that speaks TLS for us the page is https and we are not: its whole origin is
    among CSRF_TRUSTED_ORIGINS, which the admin needs there too.
    """
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    host = headers.get(b"host", b"").decode("latin-1")
    return origin == f"http://{host}" and is_our_host(headers)


def is_our_host(headers: Headers) -> bool:
    """Whether a request was made to a name that is ours."""
    try:
        name = urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname or ""
    except ValueError:  # [ and the like
        return False
    return validate_host(f"[{name}]" if ":" in name else name, settings.ALLOWED_HOSTS)
