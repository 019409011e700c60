"""Ports for stacks that run beside others: of tests, of benchmarks, of whoever else is here.

A port that was found free is somebody else's a moment later. So blocks of ports are held by a lock
each, for as long as this process lives; and they lie below those that the system gives out.
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
held: list[int] = []


def reserve() -> int:
    """The first of ten ports on loopback that nobody listens on and nobody else is given."""
    blocks = list(range(FIRST, first_ephemeral() - SIZE, SIZE))
    random.SystemRandom().shuffle(blocks)
    for first in blocks:
        if hold(first):
            return first
    raise Refused("No ten ports in a row are free.")


def first_ephemeral() -> int:
    """Where the ports begin that the system gives to clients, and to listeners on port 0."""
    with suppress(OSError, ValueError, IndexError):
        return max(int(EPHEMERAL.read_text().split()[0]), FIRST + 100 * SIZE)
    return USUAL_EPHEMERAL


def hold(first: int) -> bool:
    """Whether the block is ours now: nobody holds its lock, and nobody listens."""
    lock = os.open(folder() / str(first), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    if any(Port("127.0.0.1", first + number, "").problem() for number in range(SIZE)):
        os.close(lock)
        return False
    held.append(lock)
    return True


def folder() -> Path:
    """Where the locks are: one place for all clones of one user."""
    place = Path(tempfile.gettempdir()) / f"caiso-live-ports-{os.getuid()}"
    place.mkdir(exist_ok=True)
    return place
