"""What a rule should have announced, found the slow and simple way: one pass over the final prices.

It uses none of the judging code, which is what makes the comparison worth something.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")

Prices = Mapping[datetime, float]
Stretch = tuple[datetime, datetime | None]


class Wanted(NamedTuple):
    """A rule, in words of its own; times in minutes."""

    watched: str = "lmp"
    direction: str = "above"
    limit: float = 100
    clear_limit: float = 100
    for_minutes: int = 0
    cool_down: int = 0
    span: int = 0


def value(
    rule: Wanted, prices: Prices, day_ahead: Prices, start: datetime, step: timedelta
) -> float | None:
    """What the rule watches in an interval, None where it can't be known."""
    lmp = prices[start]
    if rule.watched == "change":
        before = prices.get(start - timedelta(minutes=rule.span))
        return None if before is None else lmp - before
    if rule.watched == "spread":
        hour = day_ahead.get(start.replace(minute=0))
        return None if hour is None else lmp - hour
    if rule.watched == "cheapest":
        return share_cheaper(rule, prices, start, step)
    return lmp


def share_cheaper(rule: Wanted, prices: Prices, start: datetime, step: timedelta) -> float | None:
    """Percent of the day's prices, or of the days before it, that are lower."""
    day = start.astimezone(PACIFIC).date()
    days = [day - timedelta(days=back) for back in range(1, rule.span + 1)] or [day]
    held = [p for at, p in prices.items() if at.astimezone(PACIFIC).date() in days]
    full = len(days) * (timedelta(days=1) / step)  # no test here meets a change of the clocks
    if len(held) < full * (0.8 if rule.span else 1):
        return None
    return 100 * sum(price < prices[start] for price in held) / len(held)


def stretches(
    rule: Wanted, prices: Prices, day_ahead: Prices, step: timedelta, since: datetime
) -> list[Stretch]:
    """Every stretch in which the rule held: the interval that opened it, and that cleared it."""
    sign = -1 if rule.direction == "below" or rule.watched == "cheapest" else 1
    episodes: list[Stretch] = []
    opened: datetime | None = None
    calm_until = run_began = run_ends = None
    for start in sorted(at for at in prices if at >= since):
        found = value(rule, prices, day_ahead, start, step)
        if found is None:
            run_began = None
            continue
        beyond = sign * found > sign * rule.limit
        if not beyond:
            run_began = None
            if opened is not None and not sign * found > sign * rule.clear_limit:
                episodes.append((opened, start))
                opened, calm_until = None, start + step + timedelta(minutes=rule.cool_down)
            continue
        if run_began is None or run_ends != start:
            run_began = start
        run_ends = start + step
        waited = run_ends - run_began >= timedelta(minutes=rule.for_minutes)
        if opened is None and waited and (calm_until is None or start >= calm_until):
            opened = start
    return [*episodes, (opened, None)] if opened is not None else episodes


def overlap(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches have an interval in common."""
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])
