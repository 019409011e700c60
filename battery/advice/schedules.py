"""Day-ahead schedules: the optimum against an operating date's prices, made once they are out."""

from datetime import date, datetime, timedelta

import numpy as np
from django.db import IntegrityError, transaction

from battery.advice.capping import priced_asset
from battery.bodies import outages_after, parameters_of
from battery.code_version import code_version
from battery.dispatch import optimise
from battery.limits import limits_of
from battery.models import Battery, Schedule
from battery.policy import DEFAULT, left_at_end
from battery.quantiles import Floats
from battery.reckoning import within
from battery.soc import soc_at
from market.intervals import day_bounds, day_intervals, iso, operating_date, pacific
from market.markets import Market
from prices import readings
from prices.troubles import Isolation

A_DAY = timedelta(days=1)


def schedule_all(*, now: datetime) -> None:
    """Schedule the days of each battery whose prices came out."""
    scheduling = Isolation("scheduling", now=now)
    batteries = Battery.objects.filter(active=True, node__tracked=True)
    for battery in batteries.select_related("node"):
        with scheduling.each(battery.name):
            schedule_what_is_out(battery, now=now)


def schedule_what_is_out(battery: Battery, *, now: datetime) -> None:
    """Schedule today and tomorrow, as soon as every hour of theirs is held.

    A battery's first schedule is of the first whole day that there is of it.
    """
    today = operating_date(now)
    for day in (today, today + A_DAY):
        if battery.made_at > day_bounds(day)[0]:
            continue
        if not Schedule.objects.filter(battery=battery, date=day).exists():
            schedule(battery, day, now=now)


def schedule(battery: Battery, day: date, *, now: datetime) -> Schedule | None:
    """Make and store a day's schedule; None if an hour's price is missing, or nothing is known."""
    hours = day_intervals(day, Market.DAM)
    held = readings.day_ahead(battery.node, *day_bounds(day))
    start_mwh = charge_at(battery, hours[0], now=now)
    if start_mwh is None or any(hour not in held for hour in hours):
        return None
    made = made_from(
        battery, day, hours, [float(held[hour]) for hour in hours], round(start_mwh, 3), now
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        return None  # somebody else has made it meanwhile
    return made


def charge_at(battery: Battery, moment: datetime, *, now: datetime) -> float | None:
    """The state of charge as a day begins: known, or as the newest advice plans it."""
    if moment > now and (planned := planned_charge(battery, moment)) is not None:
        return planned
    return soc_at(battery, moment).soc_mwh


def planned_charge(battery: Battery, moment: datetime) -> float | None:
    """What the newest plan has before a moment, if it reaches so far."""
    newest = battery.advice.order_by("-interval_start").first()
    plan = newest.plan if newest else []
    before = [row[5] for row in plan if row[0] < iso(moment)]
    if not before or len(before) == len(plan):
        return None
    return within(battery.asset, float(before[-1]))


def made_from(
    battery: Battery,
    day: date,
    hours: list[datetime],
    prices: list[float],
    start_mwh: float,
    now: datetime,
) -> Schedule:
    """The optimum over the day; what it leaves is worth what the policy takes it for."""
    asset = priced_asset(battery, now=now)
    limits = limits_of(
        asset,
        np.array([int(hour.timestamp()) for hour in hours]),
        np.ones(len(hours)),
        np.array([pacific(hour).hour for hour in hours]),
        outages=battery.outages.values_list("start", "end"),
        grid=battery.grid_hours,
    )
    left = left_usd_mwh(battery, np.array(prices))
    found = optimise(
        asset,
        prices,
        1.0,
        start_mwh=start_mwh,
        end_mwh=None if battery.end_soc_mwh is None else float(battery.end_soc_mwh),
        left_usd_mwh=left,
        max_in_mw=limits.in_mw,
        max_out_mw=limits.out_mw,
    )
    rows = zip(hours, prices, found.power_mw, found.soc_mwh[1:], found.stored_usd_mwh, strict=True)
    delivered = float(np.maximum(found.power_mw, 0).sum())
    extra = delivered * (asset.wear_usd_mwh - battery.asset.wear_usd_mwh)  # a price, no cost
    net = found.revenue_usd - found.wear_usd + extra
    return Schedule(
        battery=battery,
        date=day,
        made_at=now,
        hours=[
            [iso(hour), price, round(float(power), 3), round(float(soc), 3), round(float(worth), 2)]
            for hour, price, power, soc, worth in rows
        ],
        net_usd=round(net, 2),
        bound_usd=round((found.bound_usd or found.objective_usd) - found.left_usd + extra, 2),
        gap=max(found.gap or 0.0, 0.0),
        parameters=parameters_of(battery)
        | {
            "start_mwh": start_mwh,
            "left": left,
            "wear_usd_mwh_with_cap": asset.wear_usd_mwh,
            "outages": outages_after(battery, hours[0]),
        },
        code_version=code_version(),
    )


def left_usd_mwh(battery: Battery, prices: Floats) -> float:
    """What each MWh is worth that a schedule leaves."""
    given = None if battery.left_usd_mwh is None else float(battery.left_usd_mwh)
    return float(left_at_end(battery.asset, prices, DEFAULT, left_usd_mwh=given)[-1])
