"""How sure a share of perfect foresight is: a block bootstrap by week. Pure.

Good and bad days come in spells, so whole ISO weeks of operating dates are drawn, not days: a
week's results stay together, as weather and outages last.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import fsum
from random import Random
from statistics import quantiles

RESAMPLES = 1000
Number = Decimal | float
Days = Iterable[tuple[date, Number, Number]]


def interval_90(days: Days, seed: int) -> tuple[float, float] | None:
    """The 90 % interval of net over perfect, of (operating date, net $, perfect $) in any order.

    Weeks are drawn with replacement, as many as there are. A draw in which perfect foresight
    earns nothing has no share. None with fewer than two weeks, or without shares to take it from.
    """
    weeks = week_sums(days)
    if len(weeks) < 2:
        return None
    draw = Random(seed)
    drawn = (draw.choices(weeks, k=len(weeks)) for _ in range(RESAMPLES))
    shares = [share for some in drawn if (share := share_of(some)) is not None]
    if len(shares) < 2:
        return None
    cuts = quantiles(shares, n=20, method="inclusive")
    return cuts[0], cuts[-1]


def week_sums(days: Days) -> list[tuple[float, float]]:
    """(net, perfect) of each ISO week, oldest first."""
    found: defaultdict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for day, net, perfect in days:
        found[day.isocalendar()[:2]].append((float(net), float(perfect)))
    return [
        (fsum(net for net, _ in week), fsum(best for _, best in week))
        for _, week in sorted(found.items())
    ]


def share_of(weeks: Iterable[tuple[float, float]]) -> float | None:
    pairs = list(weeks)
    perfect = sum(best for _, best in pairs)
    return sum(net for net, _ in pairs) / perfect if perfect > 0 else None
