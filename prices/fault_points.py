"""Places where a test can kill this process, as a power cut would.

Only tests set FAULT_POINT: to the name of a place and, after a colon, at which pass to die.
"""

import os
import signal
from collections import Counter

ENVIRONMENT = "FAULT_POINT"
passed: Counter[str] = Counter()


def fault_point(name: str) -> None:
    """Die here if FAULT_POINT says so."""
    chosen = os.environ.get(ENVIRONMENT)
    if chosen is None:
        return
    place, _, time = chosen.partition(":")
    if place == name:
        passed[name] += 1
        if passed[name] == int(time or 1):
            os.kill(os.getpid(), signal.SIGKILL)
