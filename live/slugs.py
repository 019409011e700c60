"""How addresses name a hub, and the hub to show where none is named."""

import re

DEFAULT_HUB = "SP15"
SLUG = re.compile(r"[a-z0-9-]{1,60}")
MOST_QUOTED = 60


def is_slug(name: str) -> bool:
    """Whether a node can have this slug. PostgreSQL refuses a query for one with a NUL."""
    return SLUG.fullmatch(name) is not None


def quoted(name: str) -> str:
    """A reader's own text for an error message, shortened to 60 characters."""
    return repr(name[:MOST_QUOTED])
