"""Which code decided: advice, schedules and back-tests keep it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

VERSION = "0.1.0"
SHOWN = 12


@cache
def code_version() -> str:
    """The version, and the beginning of a SHA-256 over the source of everything in `battery`."""
    found = sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        found.update(module.name.encode() + b"\0" + module.read_bytes())
    return f"{VERSION}+{found.hexdigest()[:SHOWN]}"
