"""The delay of each delivery, from the commit in one process to the receipt in another."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Receipt(NamedTuple):
    """A reader took prev+1 to seq of a hub at a moment of the monotonic clock."""

    hub: str
    prev: int
    seq: int
    at: float


def delays(receipts: Iterable[Receipt], published: Mapping[tuple[str, int], float]) -> list[float]:
    """Seconds of each publication to each reader; one frame may bring several publications."""
    seqs: dict[str, list[int]] = {}
    for hub, seq in sorted(published):
        seqs.setdefault(hub, []).append(seq)
    return [
        receipt.at - published[receipt.hub, seq]
        for receipt in receipts
        for seq in between(seqs.get(receipt.hub, []), receipt.prev, receipt.seq)
    ]


def between(seqs: list[int], prev: int, seq: int) -> list[int]:
    """Those of sorted `seqs` after prev, up to seq."""
    return seqs[bisect_right(seqs, prev) : bisect_left(seqs, seq + 1)]
