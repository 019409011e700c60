"""What some days' prices at a hub come to by the measures of `battery/measures.py`. Pure.

Of each market those days count of which every interval is held. Spreads by hour are of all hours
that are held whole in both markets.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from battery.measures import (
    SpreadOfHour,
    TopBottom,
    WorstDays,
    negative_hours,
    realised_volatility,
    spread_by_hour,
    spreads,
    usd_per_kw_month,
    worst_days,
)
from market.markets import Market
from prices.daily_figures import Lmps, mean

A_MW = 1.0
ByDay = Sequence[Lmps]
ByHour = Mapping[int, SpreadOfHour]


class MeanSpreads(NamedTuple):
    """The means of days' TBs, $/MW-day, and $/kW-month of TB4 each day, without losses or wear."""

    tb1: Decimal
    tb2: Decimal
    tb4: Decimal
    tb4_usd_kw_month: Decimal


class DayOfTb4(NamedTuple):
    """A day, and its TB4 by whole hours, $/MW-day."""

    date: date
    tb4: Decimal


class MarketMeasures(NamedTuple):
    """A market's whole days: `worst_days` are of TB4 by whole hours, None below 20 days."""

    days: int
    hourly: MeanSpreads
    sorted_intervals: MeanSpreads
    volatility: Decimal
    negative_hours: Decimal
    best_day: DayOfTb4
    worst_day: DayOfTb4
    worst_days: WorstDays | None


class HubMeasures(NamedTuple):
    """By market; None where no day is whole. Hours of the day without a spread are left out."""

    first_date: date
    last_date: date
    da: MarketMeasures | None
    fmm: MarketMeasures | None
    rt: MarketMeasures | None
    fmm_spread_by_hour: ByHour
    rt_spread_by_hour: ByHour


def hub_measures(days: Sequence[date], da: ByDay, fmm: ByDay, rt: ByDay) -> HubMeasures:
    """Of the LMPs of the same days in each market."""
    ahead = joined(da)
    return HubMeasures(
        days[0],
        days[-1],
        market_measures(days, Market.DAM, da),
        market_measures(days, Market.RTPD, fmm),
        market_measures(days, Market.RTM, rt),
        spread_by_hour(joined(fmm), ahead, Market.RTPD),
        spread_by_hour(joined(rt), ahead),
    )


def market_measures(days: Sequence[date], market: Market, held: ByDay) -> MarketMeasures | None:
    found = [(spreads(day, market, lmps), lmps) for day, lmps in zip(days, held, strict=True)]
    whole = [(one, lmps) for one, lmps in found if one.whole]
    if not whole:
        return None
    lmps = joined([lmps for _, lmps in whole])
    tb4 = {one.date: one.hourly.tb4 for one, _ in whole if one.hourly.tb4 is not None}
    best, worst = max(tb4, key=tb4.__getitem__), min(tb4, key=tb4.__getitem__)
    return MarketMeasures(
        len(whole),
        mean_spreads([one.hourly for one, _ in whole]),
        mean_spreads([one.sorted_intervals for one, _ in whole]),
        realised_volatility(lmps, market) or Decimal(),
        negative_hours(lmps, market),
        DayOfTb4(best, tb4[best]),
        DayOfTb4(worst, tb4[worst]),
        worst_days(tb4),
    )


def mean_spreads(days: Sequence[TopBottom]) -> MeanSpreads:
    """Of whole days, which have each TB."""
    tb1, tb2, tb4 = (known(column) for column in zip(*days, strict=True))
    earned = usd_per_kw_month(sum(tb4, Decimal()), len(days), A_MW)
    return MeanSpreads(mean(tb1), mean(tb2), mean(tb4), earned)


def known(values: Iterable[Decimal | None]) -> list[Decimal]:
    return [value for value in values if value is not None]


def joined(held: ByDay) -> Lmps:
    return {at: lmp for lmps in held for at, lmp in lmps.items()}
