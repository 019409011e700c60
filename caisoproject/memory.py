"""What the process holds of the machine's memory, and giving back what is free of it."""

import ctypes
import resource
from pathlib import Path

STATM = Path("/proc/self/statm")


def resident_mb() -> int:
    """What this process holds of the machine's memory; 0 where Linux does not say so."""
    return int(STATM.read_text().split()[1]) * resource.getpagesize() >> 20 if STATM.exists() else 0


def give_back_memory() -> None:
    """Give free memory back, where the C library is asked for it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
