"""How many readers this web process has, by the way in which frames reach them."""

from collections import Counter

from live.fanout import FANOUTS
from live.reader import Way


def readers_by_way() -> dict[Way, int]:
    """Every way, also one by which nobody is reached."""
    found: Counter[Way] = Counter()
    for fanout in list(FANOUTS.values()):
        found.update(fanout.readers.ways)
    return {way: found[way] for way in Way}
