"""Warnings as `caisoproject/logs.py` writes them, without structlog, which takes 22 MB.

The same warning is written once a minute, with how often it came meanwhile.
"""

import os
import sys
import time
from datetime import UTC, datetime

from telemetry.log_lines import facts_of, readable

QUIET_S = 60.0
LOGGER = "caisoproject.analyst"
written: dict[str, tuple[float, int]] = {}


def warn(event: str, **facts: object) -> None:
    """Write a warning to standard error, unless it was written less than a minute ago."""
    at, suppressed = written.get(event, (-QUIET_S, 0))
    if time.monotonic() - at < QUIET_S:
        written[event] = at, suppressed + 1
        return
    written[event] = time.monotonic(), 0
    if suppressed:
        facts["times_more"] = suppressed
    sys.stderr.write(line(event, facts) + "\n")
    sys.stderr.flush()


def line(event: str, facts: dict[str, object]) -> str:
    """A readable line, or JSON for a collector where LOG_JSON says so."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    whole = {"timestamp": now, "level": "warning", "event": event, "logger": LOGGER, **facts}
    if os.environ.get("LOG_JSON", "").lower() in ("1", "true", "yes", "on"):
        import json  # noqa: PLC0415 (1 MB)

        return json.dumps(facts_of(whole))
    return readable(whole)
