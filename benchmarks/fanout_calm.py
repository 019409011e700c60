"""Waits for a moment in which no web process joins the group anew.

Made-up publications are not in the database. One that is lost while a process joins anew could not
be read from there as a real one is, nor could any after it.
"""

import re
import time
from collections.abc import Iterable, Sequence

from benchmarks.feed_stage import FeedStage
from live.group import REJOIN_SECONDS

JOINING_S = 1
# The publisher's own start, and what a saturated process still has queued at the end.
AROUND_S = 12
AGE = re.compile(r"\bage=(\d+)")


def wait(feed: FeedStage, lasts_s: float) -> None:
    """Wait until nothing of the kind is due for so long."""
    time.sleep(calm_in(ages(str(feed.ask("CLIENT", "LIST", "TYPE", "pubsub"))), lasts_s))


def ages(clients: str) -> list[int]:
    """Seconds since each web process joined, from Redis's list of who subscribes."""
    return [int(age) for age in AGE.findall(clients)]


def calm_in(joined_s: Sequence[int], lasts_s: float) -> int:
    """The fewest seconds to wait; 0 if no moment suits all, as with many processes."""
    waits = (wait_s for wait_s in range(REJOIN_SECONDS) if is_calm(joined_s, wait_s, lasts_s))
    return next(waits, 0)


def is_calm(joined_s: Iterable[int], wait_s: int, lasts_s: float) -> bool:
    """Whether none joins from then on for so long."""
    into = [(age + wait_s) % REJOIN_SECONDS for age in joined_s]
    return all(JOINING_S <= at <= REJOIN_SECONDS - lasts_s - AROUND_S for at in into)
