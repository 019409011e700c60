"""Whose pages may open the live feed: our own, and those an operator trusts."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host


def is_ours(headers: dict[bytes, bytes]) -> bool:
    """Whether a WebSocket's Origin is the host it was opened on, port and all, or trusted.

    Programs that are no browsers send none.
    """
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    if not origin:
        return True
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:  # http://[ and the like
        return False
    name = parts.hostname or ""
    bare = f"[{name}]" if ":" in name else name
    return parts.netloc == host and validate_host(bare, settings.ALLOWED_HOSTS)
