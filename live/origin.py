"""Who may open the live feed: our own pages, those an operator trusts, programs with a token."""

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

Headers = Mapping[bytes, bytes]


def may_listen(headers: Headers) -> bool:
    """Whether a WebSocket may open.

    A browser's page by its Origin; a program, which sends none, by its token.
    """
    if headers.get(b"origin"):
        return is_ours(headers)
    return has_token(headers)


def has_token(headers: Headers) -> bool:
    """Whether a program shows the feed's token: `Authorization: Bearer ...`."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    return scheme.lower() == b"bearer" and compare_digest(
        token.strip(), settings.FEED_TOKEN.encode()
    )


def is_ours(headers: Headers) -> bool:
    """Whether an Origin is the host the request was made to, scheme and port and all, or trusted.

    Behind a proxy that speaks TLS for us the page is https and we are not: its whole origin is
    among CSRF_TRUSTED_ORIGINS, which the admin needs there too.
    """
    origin = headers.get(b"origin", b"").decode("latin-1")
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
