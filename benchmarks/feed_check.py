"""Whether a client was given every event once and in order. It knows nothing of how it follows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

NOTHING = b""


def digest(event: Mapping[str, Any]) -> bytes:
    """A short name for all that an event says."""
    return hashed(json.dumps(event, sort_keys=True).encode())


def chained(before: bytes, event: bytes) -> bytes:
    """The name of a line of events that goes on with one more."""
    return hashed(before + event)


def hashed(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()


@dataclass
class Line:
    """What one client was given of one hub, in the order it came."""

    epoch: str = ""
    first: int = 0
    last: int = 0
    given: int = 0
    doubled: int = 0
    out_of_order: int = 0
    snapshots: int = 0
    skipped: set[int] = field(default_factory=set)
    name: bytes = NOTHING

    def begin(self, epoch: str, seq: int) -> None:
        """A snapshot: right at first and in another epoch, and else one that was not called for."""
        if epoch == self.epoch:
            self.snapshots += 1
        self.epoch, self.first, self.last = epoch, seq, seq
        self.skipped.clear()
        self.name = NOTHING

    def add(self, seq: int, event: bytes) -> None:
        """The next event that was given, by its digest."""
        self.given += 1
        if seq <= self.last:
            self.add_late(seq)
            return
        self.skipped.update(range(self.last + 1, seq))
        self.last = seq
        self.name = chained(self.name, event)

    def add_late(self, seq: int) -> None:
        """One that others came before: it was skipped, or it was there already."""
        if seq in self.skipped:
            self.skipped.discard(seq)
            self.out_of_order += 1
        else:
            self.doubled += 1

    def lost(self, head: int) -> int:
        """How many events up to the feed's head never came."""
        return len(self.skipped) + max(0, head - self.last)


class FeedLog(NamedTuple):
    """A hub's events as the database has them: their digests, the first that of seq 1."""

    epoch: str
    digests: Sequence[bytes]

    @property
    def head(self) -> int:
        return len(self.digests)


@dataclass(frozen=True)
class Verdict:
    """What is wrong with all lines together; all zero but `given` where nothing is."""

    given: int
    lost: int
    doubled: int
    out_of_order: int
    snapshots: int
    differing: int


def judged(lines: Iterable[tuple[str, Line]], logs: Mapping[str, FeedLog]) -> Verdict:
    """Every line, with its hub, beside what the database says."""
    pairs = [(line, logs[hub]) for hub, line in lines]
    names = {(log.epoch, first): name_from(log, first) for log, first in starts(pairs)}
    return Verdict(
        given=sum(line.given for line, _ in pairs),
        lost=sum(line.lost(log.head) for line, log in pairs),
        doubled=sum(line.doubled for line, _ in pairs),
        out_of_order=sum(line.out_of_order for line, _ in pairs),
        snapshots=sum(line.snapshots for line, _ in pairs),
        differing=sum(line.name != names.get((line.epoch, line.first)) for line, _ in pairs),
    )


def starts(pairs: Iterable[tuple[Line, FeedLog]]) -> Iterable[tuple[FeedLog, int]]:
    """Each place that lines began at, once."""
    return {(log.epoch, line.first): (log, line.first) for line, log in pairs}.values()


def name_from(log: FeedLog, first: int) -> bytes:
    """The name of the line that begins after `first` and ends at the head."""
    name = NOTHING
    for event in log.digests[first:]:
        name = chained(name, event)
    return name
