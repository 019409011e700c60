"""Checks that a reader got every event once and in order; shares no code with the readers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

NOTHING = b""


def digest(event: Mapping[str, Any]) -> bytes:
    """A digest of everything in an event."""
    return hashed(json.dumps(event, sort_keys=True).encode())


def chained(before: bytes, event: bytes) -> bytes:
    """The digest of a sequence of events with one more event."""
    return hashed(before + event)


def hashed(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()


@dataclass
class Line:
    """The events that one reader got of one hub, in order. `name` is their digest."""

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
        """A snapshot. Expected at first and in another epoch; any other is counted."""
        if epoch == self.epoch:
            self.snapshots += 1
        self.epoch, self.first, self.last = epoch, seq, seq
        self.skipped.clear()
        self.name = NOTHING

    def add(self, seq: int, event: bytes) -> None:
        """One event, by its digest."""
        self.given += 1
        if seq <= self.last:
            self.add_late(seq)
            return
        self.skipped.update(range(self.last + 1, seq))
        self.last = seq
        self.name = chained(self.name, event)

    def add_late(self, seq: int) -> None:
        """An event after a later one: either skipped before, or a duplicate."""
        if seq in self.skipped:
            self.skipped.discard(seq)
            self.out_of_order += 1
        else:
            self.doubled += 1

    def lost(self, head: int) -> int:
        """How many events up to the feed's head are missing."""
        return len(self.skipped) + max(0, head - self.last)


class FeedLog(NamedTuple):
    """A hub's events as the database has them: their digests, from seq 1 on."""

    epoch: str
    digests: Sequence[bytes]

    @property
    def head(self) -> int:
        return len(self.digests)


@dataclass(frozen=True)
class Verdict:
    """Counts over all lines; all but `given` are 0 if nothing is wrong."""

    given: int
    lost: int
    doubled: int
    out_of_order: int
    snapshots: int
    differing: int


def judged(lines: Iterable[tuple[str, Line]], logs: Mapping[str, FeedLog]) -> Verdict:
    """All lines, each with its hub, compared with the database's logs."""
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
    """Each seq of a log that lines began at, once."""
    return {(log.epoch, line.first): (log, line.first) for line, log in pairs}.values()


def name_from(log: FeedLog, first: int) -> bytes:
    """The digest of all events after `first`."""
    name = NOTHING
    for event in log.digests[first:]:
        name = chained(name, event)
    return name
