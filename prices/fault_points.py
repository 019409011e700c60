"""Places where a test may end this process as a power cut would.

FAULT_POINT names one, and after a colon which time it is passed; nothing else sets it.
"""

import os
import signal
from collections import Counter

ENVIRONMENT = "FAULT_POINT"
passed: Counter[str] = Counter()


def fault_point(name: str) -> None:
    """Die here, if this is the place."""
    chosen = os.environ.get(ENVIRONMENT)
    if chosen is None:
        return
    place, _, time = chosen.partition(":")
    if place == name:
        passed[name] += 1
        if passed[name] == int(time or 1):
            os.kill(os.getpid(), signal.SIGKILL)
