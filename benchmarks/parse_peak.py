"""A program: the peak memory while one archive is parsed, above that of the idle process."""

import gc
import json
import sys
from pathlib import Path

from oasis.report import read_archive

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
FORGET_THE_PEAK = "5"


def main(path: str) -> None:
    archive = Path(path).read_bytes()
    gc.collect()
    CLEAR_REFS.write_text(FORGET_THE_PEAK)
    idle = resident("VmRSS")
    answer = read_archive(archive)
    peak = resident("VmHWM") - idle
    measured = {"prices": len(answer.prices), "idle_bytes": idle, "peak_bytes": peak}
    json.dump(measured, sys.stdout)


def resident(name: str) -> int:
    """Resident memory in bytes: VmRSS is the present, VmHWM the peak."""
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


if __name__ == "__main__":
    main(*sys.argv[1:])
