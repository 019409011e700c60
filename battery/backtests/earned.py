"""What a walk through past days earned, interval by interval, and its sums. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from battery.backtests.bootstrap import interval_90
from battery.backtests.trial import Trial, Walked
from battery.quantiles import Floats

SEED = 13


class Earned(NamedTuple):
    """Of each interval of the trial's days: $ for energy, $ of wear, MWh to the grid."""

    revenue_usd: Floats
    wear_usd: Floats
    delivered_mwh: Floats

    @property
    def net_usd(self) -> Floats:
        return self.revenue_usd - self.wear_usd


class Row(NamedTuple):
    """A policy over all days. `low` and `high` are the 90 % interval of its share."""

    policy: str
    acting: str
    days: int
    revenue_usd: float
    wear_usd: float
    net_usd: float
    cycles: float
    share_of_perfect: float | None
    low: float | None
    high: float | None


class Part(NamedTuple):
    """A month, or an hour of the day: what the policy and perfect foresight earned, net $."""

    name: str
    net_usd: float
    perfect_usd: float


def earned(trial: Trial, walked: Walked, prices: Floats) -> Earned:
    """Settled at these prices; wear is what it costs the cells, without any price for a cap."""
    hours = trial.history.hours
    power = np.array(walked.power_mw)
    delivered = np.maximum(power, 0) * hours
    return Earned(power * hours * prices, delivered * trial.asset.wear_usd_mwh, delivered)


def row(policy: str, acting: str, trial: Trial, found: Earned, perfect: Earned) -> Row:
    """Its sums to the cent; the net is the difference of the two before it."""
    revenue, wear = round(float(found.revenue_usd.sum()), 2), round(float(found.wear_usd.sum()), 2)
    best = float(perfect.net_usd.sum())
    net, of_best = by_day(trial, found), by_day(trial, perfect)
    sure = interval_90(zip(trial.days, net, of_best, strict=True), SEED)
    low, high = sure or (None, None)
    return Row(
        policy,
        acting,
        len(trial.days),
        revenue,
        wear,
        round(revenue - wear, 2),
        round(trial.asset.cycles(float(found.delivered_mwh.sum())), 2),
        round(float(found.net_usd.sum()) / best, 4) if best > 0 else None,
        None if low is None else round(low, 4),
        None if high is None else round(high, 4),
    )


def by_day(trial: Trial, found: Earned) -> list[float]:
    """Net $ of each day."""
    lengths = [span.stop - span.start for span in map(trial.history.day, trial.days)]
    firsts = np.cumsum([0, *lengths[:-1]])
    days: list[float] = np.add.reduceat(found.net_usd, firsts).tolist()
    return days


def by_month(trial: Trial, found: Earned, perfect: Earned) -> list[Part]:
    """`2022-01` and so on; months without a day are left out."""
    names = [f"{day:%Y-%m}" for day in trial.days]
    return parts(names, by_day(trial, found), by_day(trial, perfect))


def by_hour(trial: Trial, found: Earned, perfect: Earned) -> list[Part]:
    """`00` to `23` on a clock in California."""
    history = trial.history
    hours = history.hours_of_day[trial.intervals // history.per_hour].tolist()
    names = [f"{hour:02}" for hour in hours]
    return parts(names, found.net_usd.tolist(), perfect.net_usd.tolist())


def parts(names: Iterable[str], net: Iterable[float], perfect: Iterable[float]) -> list[Part]:
    sums: dict[str, list[float]] = {}
    for name, usd, best in zip(names, net, perfect, strict=True):
        of_part = sums.setdefault(name, [0.0, 0.0])
        of_part[0] += usd
        of_part[1] += best
    return [Part(name, round(usd, 2), round(best, 2)) for name, (usd, best) in sorted(sums.items())]
