"""A worker as a process: `python -m caisoproject.worker_program poller@%h poll,backfill`.

Its name (%h is the host's), and the queues that it takes from, the first before the others.
Celery's own command would load its shell, with colours and completion, and all other commands
too: 8 MB.
"""

import os
import sys
from collections.abc import Sequence

# Celery takes them along wherever they are installed: our messages are JSON.
for unneeded in ("yaml", "psutil"):
    sys.modules.setdefault(unneeded, None)  # type: ignore[arg-type]

from celery.utils.nodenames import host_format  # noqa: E402

from caisoproject.celery import app  # noqa: E402
from caisoproject.memory import resident_mb  # noqa: E402
from telemetry import traces  # noqa: E402

# What a child may take beyond what it began with. One that read a large archive keeps 25 MB of it
# for ever: it is replaced. Tracing is begun in the child, and stays.
ROOM_MB, TRACING_MB = 6, 10


def main(arguments: Sequence[str]) -> int:
    """Until it is told to end."""
    name, queues = arguments
    # `migrate` has just made the checks; here they would bring every view into memory.
    os.environ["CELERY_SKIP_CHECKS"] = "true"
    app.loader.init_worker()
    worker = app.Worker(
        hostname=host_format(name),
        queues=queues.split(","),
        concurrency=1,
        max_memory_per_child=most_kib(resident_mb()),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def most_kib(held_mb: int) -> int:
    """The memory of a child above which it is replaced after its task; Celery counts in KiB."""
    return (held_mb + ROOM_MB + (TRACING_MB if traces.endpoint() else 0)) * 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
