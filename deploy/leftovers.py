"""Finds processes that outlived an earlier run, and ends them.

Each process inherits a lock on a file that names its process group. The lock is held while any
process of the group lives, so we never signal a group whose number was given to another.
"""

import fcntl
import os
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TextIO

from deploy.refusal import Refused

ASKED_TO_END_S = 7
KILLED_S = 2


def only_one(state: Path) -> TextIO:
    """The lock of the one launcher that may use this state folder; keep it open.

    Raises Refused if another launcher holds it.
    """
    lock = (state / "run.lock").open("a+")
    if is_held(lock):
        lock.seek(0)
        pid = lock.read().strip()
        lock.close()
        raise Refused(f"CAISO Live is already running on {state} (pid {pid}).")
    lock.truncate(0)
    print(os.getpid(), file=lock, flush=True)
    return lock


def mark(file: Path) -> TextIO:
    """A lock file for a process to inherit and its group to be written into."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    lock = file.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def end(folder: Path) -> None:
    """Ends the process groups that still hold a lock in the folder: asks them, then kills them."""
    with ExitStack() as files:
        locks = [files.enter_context(file.open("r+")) for file in folder.glob("*")]
        for number, patience_s in ((signal.SIGTERM, ASKED_TO_END_S), (signal.SIGKILL, KILLED_S)):
            signal_groups([lock for lock in locks if is_held(lock)], number)
            wait_until_free(locks, patience_s)


def is_held(lock: TextIO) -> bool:
    """Whether another process holds the lock; if not, this one takes it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def signal_groups(locks: Sequence[TextIO], number: signal.Signals) -> None:
    for lock in locks:
        lock.seek(0)
        group = lock.read().strip()
        if group:
            with suppress(ProcessLookupError):
                os.killpg(int(group), number)


def wait_until_free(locks: Sequence[TextIO], patience_s: float) -> None:
    give_up_at = time.monotonic() + patience_s
    while any(map(is_held, locks)) and time.monotonic() < give_up_at:
        time.sleep(0.02)
