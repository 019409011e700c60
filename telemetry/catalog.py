"""What the processes count, and what they say of themselves: names, labels and their bounds. Pure.

What is not in here can't be counted, and no label takes more values than is said here: whatever
else it is given counts as `other`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

OTHER = "other"
SEPARATOR = "|"


@dataclass(frozen=True)
class Label:
    """Where a label's values come from: a list, or names in our own code, so many at most."""

    source: str
    values: frozenset[str] = frozenset()
    most: int = 0

    @property
    def bound(self) -> int:
        """How many different values it has at most, `other` included."""
        return len(self.values | {OTHER}) if self.values else self.most + 1

    def kept(self, value: str, seen: set[str]) -> str:
        """The value itself, or `other`; `seen` are the names that it had before."""
        if self.values:
            return value if value in self.values else OTHER
        if value in seen:
            return value
        if len(seen) >= self.most or SEPARATOR in value or not value.isprintable():
            return OTHER
        seen.add(value)
        return value


@dataclass(frozen=True)
class Tally:
    """A counter that all processes add to; with `bounds` a histogram, of seconds."""

    help: str
    labels: Mapping[str, Label] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Gauge:
    """What each process says of itself every few seconds, and how that is put together."""

    help: str
    labels: Mapping[str, Label] = field(default_factory=dict)
    together: str = "sum"  # or "min"


def one_of(source: str, *values: str) -> Label:
    return Label(source, frozenset(values))


def names(source: str, most: int) -> Label:
    return Label(source, most=most)


TASK = {"task": names("the tasks of our own code", 40)}
WAYS = one_of("how frames reach a reader", "socket", "server")

TALLIES: Mapping[str, Tally] = {
    "caiso_tasks": Tally(
        "Tasks that workers finished, and the analyst's work, by how they ended.",
        TASK | {"state": one_of("how a task ends", "done", "failed", "expired")},
    ),
    "caiso_task_duration_seconds": Tally(
        "How long tasks took.", TASK, (0.01, 0.1, 0.5, 1, 5, 10, 30, 60)
    ),
}

GAUGES: Mapping[str, Gauge] = {
    "caiso_feed_readers": Gauge(
        "Readers of the live feed: written to straight on their socket, or in the server's way.",
        {"way": WAYS},
    ),
    "caiso_process_resident_memory_bytes": Gauge("Memory that the processes of a kind hold."),
    "caiso_disk_free_bytes": Gauge(
        "Free room where the state is kept; the least that any process sees.", together="min"
    ),
}
