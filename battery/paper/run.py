"""What a battery on paper ran, from the advice that was issued for it. Pure, and without numpy.

Powers and charges are those that were advised. A charge that was reported since begins the
reckoning anew; between reports it is carried on from the powers. Where that charge, an outage or
the grid allowed less than was advised, less was run, and that is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from battery.asset import HOUR, Asset
from battery.ledger import Step
from battery.settlement import Number, Run, exact, run_through, stored

A_WATT = Decimal("0.000001")
A_KILOWATT = Decimal("0.001")


class Advised(NamedTuple):
    """Advice for an interval; `soc_known_at` is when its charge was known without reckoning."""

    interval_start: datetime
    interval_end: datetime
    power_mw: Decimal
    soc_mwh: Decimal | None
    soc_known_at: datetime | None


class Clipped(NamedTuple):
    """An interval in which less was run than was advised."""

    interval_start: datetime
    advised_mw: Decimal
    run_mw: Decimal


class Allowed(NamedTuple):
    """The most that outages and the grid left in an interval, MW."""

    in_mw: float
    out_mw: float


class Ran(NamedTuple):
    """Intervals oldest first; `unknown` is how many had advice and no state of charge."""

    steps: list[Step]
    clipped: list[Clipped]
    unknown: int


Limits = Mapping[datetime, Allowed]


class Stretch(NamedTuple):
    """Runs one after the other since a charge was known."""

    start_mwh: Decimal
    runs: list[Run]


def run_as_advised(
    asset: Asset,
    advised: Iterable[Advised],
    limits: Limits,
    awards_mw: Mapping[datetime, Number] | None = None,
) -> Ran:
    """The intervals of the advice; one whose state of charge was unknown is not among them."""
    rows = sorted(advised)
    clipped: list[Clipped] = []
    found = list(stretches(asset, rows, limits, clipped))
    steps = chain.from_iterable(
        run_through(asset, one.runs, one.start_mwh, awards_mw) for one in found
    )
    return Ran(list(steps), clipped, sum(row.soc_mwh is None for row in rows))


def stretches(
    asset: Asset, rows: Iterable[Advised], limits: Limits, clipped: list[Clipped]
) -> Iterator[Stretch]:
    """Adds to `clipped` on its way."""
    now: Stretch | None = None
    soc, known_at = Decimal(), None
    for row in rows:
        if row.soc_mwh is None:
            if now:
                yield now
            now = None
            continue
        if now is None or row.soc_known_at != known_at:
            if now:
                yield now
            soc, known_at = within(asset, row.soc_mwh), row.soc_known_at
            now = Stretch(soc, [])
        power = allowed(asset, row, soc, limits.get(row.interval_start))
        if abs(row.power_mw - power) >= A_KILOWATT:
            clipped.append(Clipped(row.interval_start, row.power_mw, power))
        soc += stored(asset, power, row.interval_start, row.interval_end)
        now.runs.append(Run(row.interval_start, row.interval_end, power))
    if now:
        yield now


def within(asset: Asset, soc_mwh: Decimal) -> Decimal:
    """The nearest state of charge in the window, which may have become narrower since."""
    return min(max(soc_mwh, exact(asset.soc_min_mwh)), exact(asset.soc_max_mwh))


def allowed(asset: Asset, row: Advised, soc: Decimal, limit: Allowed | None) -> Decimal:
    """The power nearest to what was advised, to the watt."""
    hours = (row.interval_end - row.interval_start) / HOUR
    power = asset.power_within(float(row.power_mw), float(soc), hours)
    if limit is not None:
        power = min(max(power, -limit.in_mw), limit.out_mw)
    if power == float(row.power_mw):
        return row.power_mw + 0
    return exact(power).quantize(A_WATT) + 0
