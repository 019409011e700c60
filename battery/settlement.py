"""What the intervals that a battery ran have earned. Pure.

Energy is settled at the price of its own interval. With real time alone, all of it is at the
real-time LMP; in a two-settlement the day-ahead award is at the day-ahead LMP of its hour and the
deviation from it at the real-time LMP (CAISO tariff, sections 11.2 and 11.5, in one real-time
market: CAISO itself settles what the fifteen-minute market adds to the award at that market's
price first).

Rounding: amounts are exact until a column is summed. Each line's cents are its column's exact
running total, rounded half to even, less that of the line before. So each column's total is
within half a cent of exact after every line, a line that earns nothing shows nothing, and a net is
always the sum of its columns: within a cent of exact with real time alone, within a cent and a
half in a two-settlement. 288 lines rounded one by one could be off by 1.44 $.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import NamedTuple

from battery.asset import Asset, Impossible
from battery.ledger import Excluded, Ledger, Line, Step
from market.intervals import aware, floor, pacific
from market.markets import Market
from prices.daily_figures import HOUR, Lmps

Number = Decimal | float
A_WATT_HOUR = Decimal("0.000001")
# A solver keeps each step's balance within a ten-millionth; over a day's steps that adds up.
SLACK = Decimal("0.00001")  # of the energy, or of the power


class ImpossibleRun(Impossible):
    """Intervals that can't have been run, or can't be settled; the text names the interval."""


class Run(NamedTuple):
    """An interval that was run at one power, positive to the grid."""

    interval_start: datetime
    interval_end: datetime
    power_mw: Number


class DayAhead(NamedTuple):
    """Awards, positive to the grid, and LMPs by the start of their hour; no award is 0 MW."""

    awards_mw: Mapping[datetime, Number]
    lmps: Lmps


def settle(
    asset: Asset,
    runs: Iterable[Run],
    rt: Lmps,
    *,
    start_mwh: Number,
    day_ahead: DayAhead | None = None,
) -> Ledger:
    """The ledger of `runs` in any order: of real time alone, or with `day_ahead` both.

    `rt` are the prices of these very intervals by their start. An interval lacking a price that
    its settlement needs is excluded, though it moves the state of charge. Time without a run has
    no line, even if there was an award: idle intervals are runs of 0 MW. Raises ImpossibleRun.
    """
    awards = None if day_ahead is None else day_ahead.awards_mw
    steps = list(run_through(asset, runs, exact(start_mwh), awards))
    da = day_ahead.lmps if day_ahead else {}
    return settled(steps, rt, da, exact(asset.wear_usd_mwh), two_settlement=awards is not None)


def run_through(
    asset: Asset, runs: Iterable[Run], soc: Decimal, awards: Mapping[datetime, Number] | None
) -> Iterator[Step]:
    """The runs, oldest first, with their states of charge and awards."""
    until = None
    for run in sorted(runs):
        start, end, power = aware(run.interval_start), aware(run.interval_end), exact(run.power_mw)
        if end <= start:
            raise ImpossibleRun(f"{name_of(start)}: the interval ends before it has begun.")
        if until and start < until:
            raise ImpossibleRun(f"{name_of(start)}: the interval before it hasn't ended yet.")
        if awards is not None and end > floor(start, Market.DAM) + HOUR:
            raise ImpossibleRun(f"{name_of(start)}: the interval reaches into the next hour.")
        before, soc, until = soc, soc + stored(asset, power, start, end), end
        check(asset, power, soc, start)
        award = None if awards is None else exact(awards.get(floor(start, Market.DAM), 0))
        yield Step(start, end, power, to_the_wh(before), to_the_wh(soc), award)


def stored(asset: Asset, power_mw: Decimal, start: datetime, end: datetime) -> Decimal:
    """How the state of charge changes, as Asset.stored_mwh has it."""
    mwh = power_mw * ((end - start) // (HOUR / 3600)) / 3600
    if mwh > 0:
        return -mwh / exact(asset.discharge_efficiency)
    return -mwh * exact(asset.charge_efficiency)


def check(asset: Asset, power_mw: Decimal, soc_mwh: Decimal, start: datetime) -> None:
    """Raises ImpossibleRun if a power or a state of charge is out of bounds."""
    limit = exact(asset.power_out_mw if power_mw > 0 else asset.power_in_mw)
    if abs(power_mw) > limit * (1 + SLACK):
        raise ImpossibleRun(
            f"{name_of(start)}: {abs(power_mw):f} MW is more than the {limit:f} MW it can "
            f"{'discharge' if power_mw > 0 else 'charge'} at."
        )
    low, high = exact(asset.soc_min_mwh), exact(asset.soc_max_mwh)
    slack = SLACK * exact(asset.energy_mwh)
    if not low - slack <= soc_mwh <= high + slack:
        raise ImpossibleRun(
            f"{name_of(start)}: the state of charge would be {to_the_wh(soc_mwh):f} MWh, outside "
            f"of {low:f} to {high:f} MWh."
        )


def settled(
    steps: Sequence[Step], rt: Lmps, da: Lmps, wear_usd_mwh: Decimal, *, two_settlement: bool
) -> Ledger:
    """The ledger of steps, oldest first, at these prices."""
    one_price_each(steps, rt)
    priced, excluded = [], []
    for step in steps:
        rt_price = rt.get(step.interval_start)
        da_price = da.get(floor(step.interval_start, Market.DAM)) if two_settlement else None
        if rt_price is None or (two_settlement and da_price is None):
            excluded.append(Excluded(*run_of(step), rt_price, da_price))
        else:
            priced.append((step, rt_price, da_price))
    return Ledger(two_settlement, wear_usd_mwh, tuple(lines(priced, wear_usd_mwh)), tuple(excluded))


def lines(
    priced: Sequence[tuple[Step, Decimal, Decimal | None]], wear_usd_mwh: Decimal
) -> Iterator[Line]:
    exactly = [amounts(*one, wear_usd_mwh) for one in priced]
    cents = zip(*(to_cents(column) for column in zip(*exactly, strict=True)), strict=True)
    running = Decimal("0.00")
    for (step, rt_price, da_price), (rt, da, deviation, wear) in zip(priced, cents, strict=True):
        net = rt + da + deviation - wear
        running += net
        yield Line(*run_of(step), rt_price, da_price, rt, da, deviation, wear, net, running)


def amounts(
    step: Step, rt_price: Decimal, da_price: Decimal | None, wear_usd_mwh: Decimal
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Exact dollars: real time, day-ahead, deviation, wear."""
    energy = Fraction(step.power_mw) * step.part_of_hour
    wear = max(energy, Fraction()) * Fraction(wear_usd_mwh)
    if step.da_award_mw is None or da_price is None:
        return energy * Fraction(rt_price), Fraction(), Fraction(), wear
    award = Fraction(step.da_award_mw) * step.part_of_hour
    return Fraction(), award * Fraction(da_price), (energy - award) * Fraction(rt_price), wear


def to_cents(exactly: Iterable[Fraction]) -> list[Decimal]:
    """Dollars whose running totals are the exact ones rounded to the cent, half to even."""
    totals = [round(total * 100) for total in accumulate(exactly)]
    return [Decimal(after - before).scaleb(-2) for before, after in pairwise([0, *totals])]


def one_price_each(steps: Iterable[Step], rt: Lmps) -> None:
    """Raises ImpossibleRun for an interval that is longer than its price's."""
    starts = sorted(rt)
    for step in steps:
        after = bisect_right(starts, step.interval_start)
        if after < len(starts) and starts[after] < step.interval_end:
            raise ImpossibleRun(
                f"{name_of(step.interval_start)}: the interval has more than one real-time price."
            )


def run_of(
    step: Step,
) -> tuple[datetime, datetime, Decimal, Decimal, Decimal, Decimal | None]:
    return (
        step.interval_start,
        step.interval_end,
        step.power_mw,
        step.soc_before_mwh,
        step.soc_after_mwh,
        step.da_award_mw,
    )


def exact(value: Number) -> Decimal:
    """A number as it is written: 0.1 is a tenth."""
    return Decimal(str(value))


def to_the_wh(mwh: Decimal) -> Decimal:
    """Never the negative zero."""
    return mwh.quantize(A_WATT_HOUR) + 0


def name_of(start: datetime) -> str:
    """`Nov 1 01:05 PDT`."""
    return f"{pacific(start):%b %-d %H:%M %Z}"
