"""The memory of this process, and returning what is free to the system."""

import ctypes
import gc
import resource
from pathlib import Path

STATM = Path("/proc/self/statm")


# Objects made before the young are looked through for cycles: those of 300 readers. Then how often
# that is done before the middle-aged, and these before the old, are looked through too.
SELDOM = (20_000, 5, 25)


def collect_seldom() -> None:
    """Look for cycles of garbage less often, and never among what is there by now.

    By default Python looks after every 700 new objects, which is every reader.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


def resident_mb() -> int:
    """This process's resident memory; 0 where there is no /proc."""
    return int(STATM.read_text().split()[1]) * resource.getpagesize() >> 20 if STATM.exists() else 0


def give_back_memory() -> None:
    """Return free memory to the system, if the C library is one that can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
