"""Whether a price crosses a threshold. Pure: intervals in, crossings out."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prices.intervals import pacific


class Threshold(NamedTuple):
    """A limit in $/MWh, and which side of it is beyond."""

    direction: str
    limit: Decimal

    def is_beyond(self, price: Decimal) -> bool:
        """Whether `price` lies strictly on the far side."""
        return price > self.limit if self.direction == "above" else price < self.limit


class Judged(NamedTuple):
    """How far a rule has judged: the last interval, and whether that one was beyond."""

    until: datetime | None
    beyond: bool


class Observed(NamedTuple):
    """One interval's observed price, $/MWh."""

    interval_start: datetime
    price: Decimal


class Crossing(NamedTuple):
    """A price that went beyond the limit (`opens`), or came back."""

    interval_start: datetime
    price: Decimal
    opens: bool


def judge(
    threshold: Threshold, judged: Judged, observed: Iterable[Observed]
) -> tuple[Judged, list[Crossing]]:
    """Judge each interval once, oldest first: what is not newer than the last is passed over.

    Returns how far is judged then, and the crossings. A price that stays beyond crosses nothing.
    """
    crossings: list[Crossing] = []
    until, beyond = judged
    for interval in sorted(observed):
        if until is not None and interval.interval_start <= until:
            continue
        now_beyond = threshold.is_beyond(interval.price)
        if now_beyond != beyond:
            crossings.append(Crossing(interval.interval_start, interval.price, opens=now_beyond))
        until, beyond = interval.interval_start, now_beyond
    return Judged(until, beyond), crossings


def wording(hub: str, market: str, threshold: Threshold, crossing: Crossing) -> str:
    """A crossing as people read it, in Pacific time."""
    clock = f"{pacific(crossing.interval_start):%H:%M}"
    verb = threshold.direction if crossing.opens else f"no longer {threshold.direction}"
    limit, price = two_decimals(threshold.limit), two_decimals(crossing.price)
    return f"{hub} {market} {verb} {limit}: {price} at {clock} PT"


def wording_of_end(hub: str, market: str, threshold: Threshold, why: str) -> str:
    """That an alert ended without a price, and why."""
    return f"{hub} {market} {threshold.direction} {two_decimals(threshold.limit)}: {why}"


def two_decimals(price: Decimal) -> str:
    """$/MWh with a true minus, and none where it rounds to zero."""
    return f"{price:z,.2f}".replace("-", "−")
