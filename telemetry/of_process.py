"""What every process can say of itself: the memory it holds, its disk, and the room there."""

import os
import resource
import socket
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
# One of them is in each container of Docker and of Podman; Kubernetes gives each a variable.
OF_CONTAINERS, OF_KUBERNETES = ("/.dockerenv", "/run/.containerenv"), "KUBERNETES_SERVICE_HOST"


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
    """Room that is left for us on the disk of a folder, whether the folder is made yet or not."""
    found = os.statvfs(nearest(folder))
    return found.f_bavail * found.f_frsize


def nearest(folder: Path) -> Path:
    """The folder, or the first above it that there is: the first archive makes a state folder."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def name_of_disk(folder: Path) -> str:
    """The disk of a folder, by one name for all processes that it is the disk of.

    That is the machine's name; but a container has a name of its own, and the next one another.
    There the machine is known by its boot id, which all containers on it read alike.
    """
    if not is_in_container():
        return socket.gethostname()
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text()
    except OSError:
        return socket.gethostname()
    return f"disk {os.statvfs(nearest(folder)).f_fsid % 2**32:08x} of machine {boot[:8]}"


def is_in_container() -> bool:
    return OF_KUBERNETES in os.environ or any(Path(mark).exists() for mark in OF_CONTAINERS)
