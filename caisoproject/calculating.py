"""A process that calculates for batteries: `python -m caisoproject.calculating quick` (or slow).

The analyst (`caisoproject/analyst.py`) starts it, hands it lines on its input and waits for one on
its output for each. It ends when it had nothing to do for ANALYST_KEEP_S, and at once, whatever it
is at, when its input closes: all that it does can be broken off, and is begun again.
"""

import os
import queue
import sys
import threading

import django

NICENESS = {"quick": 0, "slow": 10}  # prices, alerts and advice go before back-tests


def main(lane: str) -> None:
    """Do what is handed to us until nothing is for a while."""
    os.nice(NICENESS[lane])
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
    answers = set_apart_from_output()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=read_into, args=(lines,), daemon=True).start()
    django.setup()

    from caisoproject import calculations  # noqa: PLC0415 (models come after the set-up)

    calculations.work_off(lines, lambda: os.write(answers, b"done\n"))


def set_apart_from_output() -> int:
    """The pipe to the analyst; whatever libraries print goes to the log from now on."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def read_into(lines: "queue.SimpleQueue[bytes]") -> None:
    """Pass on each line of the input; at its end, this process ends."""
    unfinished = b""
    while received := os.read(0, 65536):
        *whole, unfinished = (unfinished + received).split(b"\n")
        for line in whole:
            lines.put(line)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
