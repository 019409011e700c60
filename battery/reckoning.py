"""Dead reckoning of a state of charge, carried forward by what was advised. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from battery.asset import HOUR, Asset


class Span(NamedTuple):
    """A time from `start` to `end`, which is excluded."""

    start: datetime
    end: datetime


class Run(NamedTuple):
    """A power, positive to the grid, that is run at for a time."""

    start: datetime
    end: datetime
    power_mw: float


def reckoned(
    asset: Asset, soc_mwh: float, between: Span, runs: Iterable[Run], outages: Sequence[Span] = ()
) -> float:
    """The state of charge at the end of `between`, if it was `soc_mwh` at its start.

    `runs` are in order. In outages and where there is no run, nothing flows; what would leave the
    window neither.
    """
    soc = within(asset, soc_mwh)
    for run in runs:
        for part in without(overlap(Span(run.start, run.end), between), outages):
            hours = (part.end - part.start) / HOUR
            power = asset.power_within(run.power_mw, soc, hours)
            soc = within(asset, soc + asset.stored_mwh(power, hours))
    return soc


def within(asset: Asset, soc_mwh: float) -> float:
    """The nearest state of charge in the window, which may have become narrower since."""
    return min(max(soc_mwh, asset.soc_min_mwh), asset.soc_max_mwh)


def overlap(one: Span, other: Span) -> Span:
    """What two spans share; if that is nothing, it ends before it starts."""
    return Span(max(one.start, other.start), min(one.end, other.end))


def without(span: Span, outages: Sequence[Span]) -> Iterator[Span]:
    """The parts of a span that lie in no outage, in order."""
    start = span.start
    for outage in sorted(outages):
        if start < min(outage.start, span.end):
            yield Span(start, min(outage.start, span.end))
        start = max(start, outage.end)
    if start < span.end:
        yield Span(start, span.end)


def is_fresh(known_at: datetime, at: datetime, interval: timedelta) -> bool:
    """Whether a report is of the interval that runs, or younger than an interval."""
    return at - known_at < interval
