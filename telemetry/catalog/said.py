"""What each process says of itself every few seconds (`telemetry/signs.py`).

Of the processes of a kind, values are put together as each family says.
"""

from telemetry.catalog.family import Families, gauge, one_of

KIND = one_of("the kinds of processes", "web", "poller", "worker", "beat", "analyst")
WAY = one_of("how frames reach a reader", "socket", "server")

SAID: Families = {
    "caiso_feed_readers": gauge(
        "Readers of the live feed in all web processes: written to straight on their socket, or in "
        "the server's way.",
        way=WAY,
    ),
    "caiso_process_resident_memory_bytes": gauge(
        "Memory that the processes of a kind and their children hold; what they share counts in "
        "each.",
        kind=KIND,
    ),
    "caiso_disk_free_bytes": gauge(
        "Free room on the disk where the state is kept: the least that any process sees.",
        together="min",
    ),
}
HEARD: Families = {
    "caiso_processes": gauge(
        "Processes that were heard in the last half minute. Of beat, only the one that has the "
        "lock speaks.",
        kind=KIND,
    ),
    "caiso_process_last_seen_timestamp_seconds": gauge(
        "When any process of a kind was last heard, also if none is alive.",
        together="max",
        kind=KIND,
    ),
}
