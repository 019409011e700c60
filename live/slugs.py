"""How addresses name a hub, and which one is meant where none is named."""

import re

DEFAULT_HUB = "SP15"
SLUG = re.compile(r"[a-z0-9-]{1,60}")
MOST_QUOTED = 60


def is_slug(name: str) -> bool:
    """Whether a node can have this slug. PostgreSQL refuses to be asked for a NUL."""
    return SLUG.fullmatch(name) is not None


def quoted(name: str) -> str:
    """What a reader wrote, as an error message repeats it: not at any length."""
    return repr(name[:MOST_QUOTED])
