"""What every process can say of itself: the memory it holds, and the room on its disk."""

import os
import resource
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def resident_bytes() -> int:
    """Memory of this process and its children; what they share counts in each. 0 without /proc."""
    me = os.getpid()
    with suppress(OSError):
        children = (PROC / f"{me}/task/{me}/children").read_text().split()
        return sum(held_by(pid) for pid in (str(me), *children))
    return held_by(str(me))


def held_by(pid: str) -> int:
    """Resident memory of a process; 0 if it has ended meanwhile."""
    with suppress(OSError):
        return int((PROC / pid / "statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def free_bytes(folder: Path) -> int:
    """Room that is left for us on the disk of a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
