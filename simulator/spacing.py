"""How close together requests came: the proof of politeness in a request log."""

import json
from collections.abc import Iterable
from itertools import pairwise


def closest_pair(lines: Iterable[str]) -> float | None:
    """The least seconds between two requests of a log, or None with fewer than two."""
    times = sorted(float(json.loads(line)["at"]) for line in lines if line.strip())
    return min((round(later - sooner, 3) for sooner, later in pairwise(times)), default=None)
