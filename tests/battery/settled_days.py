"""Batteries, runs and prices to settle: by hand, and drawn by hypothesis."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from battery.asset import Asset
from battery.ledger import Ledger
from battery.settlement import DayAhead, Run, settle
from tests.conftest import utc

HOUR, FIVE, FIFTEEN = timedelta(hours=1), timedelta(minutes=5), timedelta(minutes=15)
EIGHT = utc("2026-07-14 15:00")  # 08:00 in California
# 1 MW for an hour stores 0.9 MWh, which deliver 0.72 MWh.
BATTERY = Asset(1, 1, 4, 0.9, 0.8, soc_min_mwh=0, soc_max_mwh=4, wear_usd_mwh=10)


def runs(*powers: float | str, start: datetime = EIGHT, length: timedelta = HOUR) -> list[Run]:
    """Intervals one after the other."""
    return [
        Run(start + nth * length, start + (nth + 1) * length, Decimal(str(power)))
        for nth, power in enumerate(powers)
    ]


def lmps(
    *prices: float | str, start: datetime = EIGHT, length: timedelta = HOUR
) -> dict[datetime, Decimal]:
    """Prices of intervals one after the other; a dash is a gap."""
    return {
        start + nth * length: Decimal(str(price))
        for nth, price in enumerate(prices)
        if price != "-"
    }


class Drawn(NamedTuple):
    """A few hours of 5, 15 or 60 minutes each, that BATTERY can run, and prices for them."""

    runs: list[Run]
    start_mwh: float
    rt: dict[datetime, Decimal]
    awards_mw: dict[datetime, Decimal]
    da: dict[datetime, Decimal]

    def alone(self, rt: Mapping[datetime, Decimal] | None = None) -> Ledger:
        prices = self.rt if rt is None else rt
        return settle(BATTERY, self.runs, prices, start_mwh=self.start_mwh)

    def both(self, awards_mw: Mapping[datetime, Decimal | float] | None = None) -> Ledger:
        ahead = DayAhead(self.awards_mw if awards_mw is None else awards_mw, self.da)
        return settle(BATTERY, self.runs, self.rt, start_mwh=self.start_mwh, day_ahead=ahead)


LENGTHS = (FIVE, FIFTEEN, HOUR)
SEEDS = st.integers(0, 2**32)  # drawing hundreds of numbers one by one takes hypothesis seconds


@st.composite
def drawn_days(
    draw: st.DrawFn, *, lengths: Sequence[timedelta] = LENGTHS, gaps: bool = True
) -> Drawn:
    """Up to three hours; with `gaps` some prices aren't held."""
    of_hours = draw(st.lists(st.sampled_from(lengths), min_size=1, max_size=3))
    dice = Random(draw(SEEDS))
    start_mwh = soc = dice.uniform(0, 4)
    found: list[Run] = []
    for nth, length in enumerate(of_hours):
        for one in runs(*[0] * (HOUR // length), start=EIGHT + nth * HOUR, length=length):
            power = BATTERY.power_within(float(power_from(dice)), soc, length / HOUR)
            soc += BATTERY.stored_mwh(power, length / HOUR)
            found.append(one._replace(power_mw=power))
    hours = [EIGHT + nth * HOUR for nth in range(len(of_hours))]
    return Drawn(
        found,
        start_mwh,
        prices_of([run.interval_start for run in found], dice, gaps=gaps),
        {hour: power_from(dice) for hour in hours},
        prices_of(hours, dice, gaps=gaps),
    )


@st.composite
def corrected_days(draw: st.DrawFn) -> tuple[Drawn, Drawn]:
    """A day, and the same with some other prices."""
    day, dice = draw(drawn_days()), Random(draw(SEEDS))
    return day, day._replace(
        rt=prices_of([run.interval_start for run in day.runs], dice),
        da=prices_of([*day.awards_mw], dice),
    )


def power_from(dice: Random) -> Decimal:
    return Decimal(dice.choice((-1000, 0, 1000, dice.randint(-1000, 1000)))).scaleb(-3)


def prices_of(
    starts: Iterable[datetime], dice: Random, *, gaps: bool = True
) -> dict[datetime, Decimal]:
    """A price for each interval, or with `gaps` for most."""
    return {
        start: Decimal(dice.choice((0, 5_00000, dice.randint(-150_00000, 1000_00000)))).scaleb(-5)
        for start in starts
        if not gaps or dice.random() < 0.8
    }
