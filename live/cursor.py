"""How a reader follows a feed and misses nothing: hubs follow the database by it, clients a hub.

A reader keeps its place. What follows on its place it takes, what it has it leaves, and where
something lies between, or a heartbeat names a head it has not reached, it asks for what it missed.

Pure.
"""

from enum import Enum
from typing import NamedTuple

BATCH = 250


class Step(Enum):
    """What a frame, or a publication, is to a reader."""

    NEXT = "next"
    SEEN = "seen"
    GAP = "gap"


class Cursor(NamedTuple):
    """Where a reader stands in a feed: it has every event of the epoch up to seq."""

    epoch: str
    seq: int

    def step(self, epoch: str, prev: int, seq: int) -> Step:
        """What events prev+1 to seq are to a reader who stands here."""
        if epoch != self.epoch:
            return Step.GAP
        if seq <= self.seq:
            return Step.SEEN
        return Step.NEXT if prev == self.seq else Step.GAP

    def is_behind(self, epoch: str, head: int) -> bool:
        """Whether a feed whose head is this has something that a reader who stands here has not."""
        return epoch != self.epoch or head > self.seq


def missed(cursor: Cursor | None, head: Cursor, oldest: int | None) -> Cursor | None:
    """Up to where the next events go to a reader who asks for what it missed; at most a page.

    None: it needs a snapshot, because it is new, of another epoch, ahead of the feed, or its
    next event is older than the log. `oldest` is the log's first seq, None while it has none.
    """
    if cursor is None or cursor.epoch != head.epoch or cursor.seq > head.seq:
        return None
    if cursor.seq < head.seq and (oldest is None or oldest > cursor.seq + 1):
        return None
    return Cursor(head.epoch, min(head.seq, cursor.seq + BATCH))
