"""How to follow a feed and miss nothing, as the fan-out and readers both do.

A reader keeps a cursor. It takes what continues at the cursor and ignores what it already has. If
anything lies between, or a heartbeat names a head it has not reached, it asks for what it missed.

Pure.
"""

from enum import Enum
from typing import NamedTuple

BATCH = 250


class Step(Enum):
    """How a frame or a publication stands to a cursor."""

    NEXT = "next"
    SEEN = "seen"
    GAP = "gap"


class Cursor(NamedTuple):
    """Where a reader is in a feed: it has every event of the epoch up to seq."""

    epoch: str
    seq: int

    def step(self, epoch: str, prev: int, seq: int) -> Step:
        """How the events prev+1 to seq stand to this cursor."""
        if epoch != self.epoch:
            return Step.GAP
        if seq <= self.seq:
            return Step.SEEN
        return Step.NEXT if prev == self.seq else Step.GAP

    def is_behind(self, epoch: str, head: int) -> bool:
        """Whether a feed with this head has events after the cursor."""
        return epoch != self.epoch or head > self.seq


def missed(cursor: Cursor | None, head: Cursor, oldest: int | None) -> Cursor | None:
    """The cursor after the next batch of events for a reader at `cursor`.

    None if it needs a snapshot: it is new, of another epoch, ahead of the feed, or its next event
    is older than the log. `oldest` is the log's first seq, None if the log is empty.
    """
    if cursor is None or cursor.epoch != head.epoch or cursor.seq > head.seq:
        return None
    if cursor.seq < head.seq and (oldest is None or oldest > cursor.seq + 1):
        return None
    return Cursor(head.epoch, min(head.seq, cursor.seq + BATCH))
