"""Counts of this process, added every few seconds to those of all others in Redis.

Counting is a look into a dictionary under a lock: cheap, but count a batch at once where there are
thousands. What Redis did not take stays here and is added later; as there are only so many names
and values of labels (`telemetry/catalog/`), that is bounded. If an answer is lost on the way,
a flush may be counted twice; if Redis is emptied, counters begin anew, as Prometheus expects of
counters; if a process is killed, its last seconds are lost.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from threading import Lock

from telemetry.catalog.counted import TALLIES
from telemetry.catalog.family import SEPARATOR, Families
from telemetry.redis_words import Command, Run, pairs

KEY = "caiso:tallies"
BUCKET, SUM = ":bucket", ":sum"


class Tallies:
    """What was counted and is not in Redis yet."""

    def __init__(self, catalog: Families = TALLIES) -> None:
        self.catalog = catalog
        self.forget()

    def forget(self) -> None:
        """Begin anew: a forked process must not add its parent's counts again."""
        self.lock = Lock()
        self.counts: dict[str, int] = defaultdict(int)
        self.amounts: dict[str, float] = defaultdict(float)
        self.seen: dict[tuple[str, str], set[str]] = defaultdict(set)

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter. Raises LookupError for a name or label that is not in the catalog."""
        with self.lock:
            self.counts[self.field(name, labels)] += amount

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add a duration to a histogram."""
        bounds = self.catalog[name].bounds
        bound = next((str(float(bound)) for bound in bounds if seconds <= bound), "+Inf")
        with self.lock:
            of = self.field(name, labels).removeprefix(name)
            self.counts[f"{name}{BUCKET}{of}{SEPARATOR}{bound}"] += 1
            self.amounts[f"{name}{SUM}{of}"] += seconds

    def field(self, name: str, labels: Mapping[str, str]) -> str:
        """What a counter is called in Redis: its name, and the values of its labels in order."""
        known = self.catalog[name].labels
        if labels.keys() != known.keys():
            raise KeyError(f"{name} has the labels {', '.join(known) or 'none'}")
        values = (
            label.kept(labels[of], self.seen[name, of])
            if label.most
            else label.kept(labels[of], NO)
            for of, label in known.items()
        )
        return SEPARATOR.join((name, *values))

    def flush(self, run: Run) -> None:
        """Add all of it to Redis. Raises OSError, and keeps it, if Redis does not take it."""
        counts, amounts = self.taken()
        commands: list[Command] = [("HINCRBY", KEY, of, count) for of, count in counts.items()]
        commands += [("HINCRBYFLOAT", KEY, of, round(s, 6)) for of, s in amounts.items()]
        try:
            if commands:
                run(commands)
        except BaseException:
            self.put_back(counts, amounts)
            raise

    def taken(self) -> tuple[dict[str, int], dict[str, float]]:
        with self.lock:
            taken = self.counts, self.amounts
            self.counts, self.amounts = defaultdict(int), defaultdict(float)
            return taken

    def put_back(self, counts: Mapping[str, int], amounts: Mapping[str, float]) -> None:
        with self.lock:
            for of, count in counts.items():
                self.counts[of] += count
            for of, amount in amounts.items():
                self.amounts[of] += amount


NO: set[str] = set()
TALLIES_HERE = Tallies()
count, observe, flush = TALLIES_HERE.count, TALLIES_HERE.observe, TALLIES_HERE.flush
os.register_at_fork(after_in_child=TALLIES_HERE.forget)


def read(run: Run) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """What all processes have counted: name (of a histogram with `:bucket`, `:sum`), values."""
    for of, total in sorted(pairs(run([("HGETALL", KEY)])[0]).items()):
        name, *values = of.split(SEPARATOR)
        yield name, tuple(values), float(total)
