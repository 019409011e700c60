"""What is drawn of a battery's day and plan. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from dashboard.battery.plan import Slot
from market.markets import Market

Prices = Mapping[datetime, float]


class Done(NamedTuple):
    """An interval that has begun: what was advised in it."""

    start: datetime
    end: datetime
    power_mw: float
    soc_mwh: float | None


class Shown(NamedTuple):
    """What is drawn, from `start` on; prices are by the start of their interval."""

    start: datetime
    end: datetime
    now: datetime
    market: Market
    rt: Prices
    da: Prices
    done: Sequence[Done]
    plan: Sequence[Slot]
    power_mw: float
    energy_mwh: float
