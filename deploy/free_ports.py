"""Reserves ports for the stacks of tests and benchmarks that run at the same time.

A port that was free may be taken a moment later. So each block of ports has a lock, which this
process holds while it lives, and the blocks lie below the ports that the system hands out.
"""

import fcntl
import os
import random
import tempfile
from contextlib import suppress
from pathlib import Path

from deploy.ports import Port
from deploy.refusal import Refused

FIRST, SIZE = 20_000, 10
USUAL_EPHEMERAL = 32_768
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
locks: list[int] = []


def reserve() -> int:
    """The first of ten free ports on loopback, reserved for this process. Raises Refused."""
    blocks = list(range(FIRST, first_ephemeral() - SIZE, SIZE))
    random.SystemRandom().shuffle(blocks)
    for first in blocks:
        if hold(first):
            return first
    raise Refused("No ten ports in a row are free.")


def first_ephemeral() -> int:
    """The first of the ports that the system hands out to clients and for port 0."""
    with suppress(OSError, ValueError, IndexError):
        return max(int(EPHEMERAL.read_text().split()[0]), FIRST + 100 * SIZE)
    return USUAL_EPHEMERAL


def hold(first: int) -> bool:
    """Lock a block; False if another process holds it or one of its ports is in use."""
    lock = os.open(folder() / str(first), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    if any(Port("127.0.0.1", first + number, "").problem() for number in range(SIZE)):
        os.close(lock)
        return False
    locks.append(lock)
    return True


def folder() -> Path:
    """The folder of the locks, one for all clones of a user."""
    place = Path(tempfile.gettempdir()) / f"caiso-live-ports-{os.getuid()}"
    place.mkdir(exist_ok=True)
    return place
