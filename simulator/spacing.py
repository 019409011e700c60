"""How close together the requests in a log came."""

import json
from collections.abc import Iterable
from itertools import pairwise


def closest_pair(lines: Iterable[str]) -> float | None:
    """The shortest time between two requests, in seconds; None for fewer than two."""
    times = sorted(float(json.loads(line)["at"]) for line in lines if line.strip())
    return min((round(later - sooner, 3) for sooner, later in pairwise(times)), default=None)
