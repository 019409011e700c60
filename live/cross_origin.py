"""Which pages of other sites may read the answers and the feed, and how a browser is told. Pure.

Never with cookies: such a page reads what everybody may.
"""

from collections.abc import Collection

Headers = list[tuple[bytes, bytes]]
METHODS = ("GET", "POST", "OPTIONS")
ASKED_WITH = ("accept", "authorization", "content-type", "last-event-id")
SHOWN = ("Allow", "Retry-After")
# How long a browser may remember what it was allowed.
REMEMBERED_S = 600


def is_allowed(origin: str, allowed: Collection[str]) -> bool:
    """Whether a page may read: exactly the origins that an operator listed."""
    return origin in allowed


def told(origin: str, allowed: Collection[str]) -> Headers:
    """What is said with an answer; caches keep it apart for each origin."""
    vary = (b"vary", b"origin")
    if not is_allowed(origin, allowed):
        return [vary]
    return [
        vary,
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", ", ".join(SHOWN).encode()),
    ]


def told_before(origin: str, allowed: Collection[str]) -> Headers:
    """What is said to a browser that asks whether it may ask."""
    headers = told(origin, allowed)
    if is_allowed(origin, allowed):
        headers += [
            (b"access-control-allow-methods", ", ".join(METHODS).encode()),
            (b"access-control-allow-headers", ", ".join(ASKED_WITH).encode()),
            (b"access-control-max-age", str(REMEMBERED_S).encode()),
        ]
    return headers
