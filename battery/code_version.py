"""Which code decided: advice, schedules and back-tests keep it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

VERSION = "0.1.0"
SHOWN = 12
NO_DECISIONS = ("admin", "management", "migrations")


@cache
def code_version() -> str:
    """The version, and the beginning of a SHA-256 over the source of all that decides."""
    found = sha256()
    here = Path(__file__).parent
    for module in sorted(here.rglob("*.py")):
        name = module.relative_to(here)
        if name.parts[0] not in NO_DECISIONS:
            found.update(name.as_posix().encode() + b"\0" + module.read_bytes())
    return f"{VERSION}+{found.hexdigest()[:SHOWN]}"
