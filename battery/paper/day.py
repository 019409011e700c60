"""A day on paper beside perfect foresight and the other policies, over the same intervals. Pure.

All begin with the charge that advice began with. What advice did in intervals that aren't settled,
and what a report said its charge was, changes theirs neither: only where that adds up to a tenth
of the usable energy does everybody begin anew, with the charge of advice.

Perfect foresight must leave at least what advice left. What another policy leaves more or less
than that counts at what a stored MWh was worth to perfect foresight at the end, so that none is
better than it: its value of what is left is concave (only where prices below 0 make it pay to burn
energy it is not quite, and is cut). To do nothing is the line of 0, whatever is left.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from battery.asset import Asset
from battery.dispatch import optimise
from battery.ledger import Ledger, Line
from battery.optimum.course import Dispatch
from battery.paper.rivals import DAY_AHEAD_DA, DAY_AHEAD_RT, NOTHING, Known, Powers, hour_of, wanted
from battery.paper.run import Allowed, Limits
from prices.daily_figures import Lmps

CENT = Decimal("0.01")
ADRIFT = 0.1  # of the usable energy


class Part(NamedTuple):
    """Settled intervals from a charge on; `end_mwh` is where their own energy takes it."""

    lines: list[Line]
    start_mwh: float
    end_mwh: float


class Beside(NamedTuple):
    """What others had earned, $ net of wear."""

    perfect_usd: Decimal
    rivals: dict[str, Decimal]


class Course(NamedTuple):
    """Powers along some lines, MW positive to the grid, and the charge at their end."""

    power_mw: list[float]
    end_mwh: float


def beside(asset: Asset, ledger: Ledger, known: Known, limits: Limits) -> Beside:
    """Over the settled intervals of a ledger of real time alone."""
    found = [beside_part(asset, part, known, limits) for part in parts(asset, ledger.lines)]
    perfect = sum((one.perfect_usd for one in found), Decimal("0.00"))
    # Summed to the cent, a ledger may be a cent above what it exactly is.
    return Beside(
        max(perfect, ledger.totals.net_usd), {**together(found), NOTHING: Decimal("0.00")}
    )


def together(found: Sequence[Beside]) -> dict[str, Decimal]:
    """The sums of the policies that every part has."""
    first = found[0].rivals if found else {}
    names = [name for name in first if all(name in one.rivals for one in found)]
    return {name: sum((one.rivals[name] for one in found), Decimal("0.00")) for name in names}


def parts(asset: Asset, lines: Sequence[Line]) -> list[Part]:
    """Cut where the charge of advice is too far from what the settled intervals made it."""
    found: list[Part] = []
    run: list[Line] = []
    adrift = 0.0
    for line in lines:
        if run:
            adrift += float(line.soc_before_mwh - run[-1].soc_after_mwh)
            if abs(adrift) > ADRIFT * asset.usable_mwh:
                found.append(part(asset, run))
                run, adrift = [], 0.0
        run.append(line)
    return [*found, part(asset, run)] if run else found


def part(asset: Asset, lines: list[Line]) -> Part:
    start = within(asset, float(lines[0].soc_before_mwh))
    moved = sum(float(line.soc_after_mwh - line.soc_before_mwh) for line in lines)
    return Part(lines, start, within(asset, start + moved))


def within(asset: Asset, soc_mwh: float) -> float:
    return min(max(soc_mwh, asset.soc_min_mwh), asset.soc_max_mwh)


def beside_part(asset: Asset, part: Part, known: Known, limits: Limits) -> Beside:
    best = perfect(asset, part, limits)
    most = cents(best.revenue_usd - best.wear_usd)
    left_usd_mwh = float(best.stored_usd_mwh[-1])
    rivals: dict[str, Decimal] = {}
    for name, powers in wanted(asset, part.lines, part.start_mwh, known, limits).items():
        course = followed(asset, part, powers, limits)
        left = (course.end_mwh - part.end_mwh) * left_usd_mwh
        rivals[name] = min(cents(earned(asset, part, course, real_time(part)) + left), most)
        if name == DAY_AHEAD_RT:
            prices = at_day_ahead(part, known.day_ahead)
            rivals[DAY_AHEAD_DA] = cents(earned(asset, part, course, prices) + left)
    return Beside(most, rivals)


def perfect(asset: Asset, part: Part, limits: Limits) -> Dispatch:
    """The best that could be done with these prices, leaving at least what advice left."""
    most = [allowed(asset, line, limits) for line in part.lines]
    hours = [float(line.part_of_hour) for line in part.lines]
    into = [one.in_mw * hour for one, hour in zip(most, hours, strict=True)]
    reachable = part.start_mwh + sum(into) * asset.charge_efficiency
    return optimise(
        asset,
        real_time(part),
        hours,
        start_mwh=part.start_mwh,
        end_mwh=min(part.end_mwh, reachable),
        max_in_mw=[one.in_mw for one in most],
        max_out_mw=[one.out_mw for one in most],
    )


def followed(asset: Asset, part: Part, powers: Powers, limits: Limits) -> Course:
    """What comes of powers that are wanted: as far as charge, outages and the grid allow."""
    soc, run = part.start_mwh, []
    for line in part.lines:
        most, hours = allowed(asset, line, limits), float(line.part_of_hour)
        want = min(max(powers[line.interval_start], -most.in_mw), most.out_mw)
        power = asset.power_within(want, soc, hours)
        soc = within(asset, soc + asset.stored_mwh(power, hours))
        run.append(power)
    return Course(run, soc)


def allowed(asset: Asset, line: Line, limits: Limits) -> Allowed:
    return limits.get(line.interval_start, Allowed(asset.power_in_mw, asset.power_out_mw))


def real_time(part: Part) -> list[float]:
    return [float(line.rt_price) for line in part.lines]


def at_day_ahead(part: Part, day_ahead: Lmps) -> list[float]:
    return [float(day_ahead[hour_of(line.interval_start)]) for line in part.lines]


def earned(asset: Asset, part: Part, course: Course, prices: Sequence[float]) -> float:
    """Dollars net of wear."""
    return sum(
        (power * price - max(power, 0) * asset.wear_usd_mwh) * float(line.part_of_hour)
        for line, power, price in zip(part.lines, course.power_mw, prices, strict=True)
    )


def cents(usd: float) -> Decimal:
    """Never the negative zero."""
    return Decimal(usd).quantize(CENT) + 0
