"""What is known of a battery before anything is decided, read at one moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from battery.advice.capping import priced_asset
from battery.advice.deciding import Known, newest_price, table_of
from battery.advice.learning import residuals_of
from battery.advice.ready import next_start
from battery.asset import Asset
from battery.held_history import read
from battery.limits import limits_of
from battery.models import Battery, Learned
from battery.outlook import without_gaps
from battery.policy import DEFAULT, Limits
from battery.quantiles import QuantileTable
from battery.soc import KnownSoc, soc_at
from market.intervals import operating_date
from market.markets import Market
from prices import readings
from prices.models import Feed

A_DAY = timedelta(days=1)
DAYS_READ = 3


@dataclass(frozen=True)
class Seen:
    """What advice is made from. `newest` is the interval of the newest real-time price."""

    battery: Battery
    asset: Asset
    starts: datetime
    soc: KnownSoc
    known: Known
    learned: Learned
    table: QuantileTable
    limits: Limits
    newest: datetime | None
    feed: dict[str, Any] | None


def seen_of(battery: Battery, *, now: datetime) -> Seen:
    """Read what is known at this moment."""
    market = Market(battery.market)
    starts = next_start(market, now=now)
    today = operating_date(now)
    position = feed_position(battery)  # before prices are read: what it says was seen, was
    until = day_ahead_until(battery, starts)
    held = read(battery.node, market, today - A_DAY * DAYS_READ, today + A_DAY)
    history = without_gaps(held, until)
    residuals, learned = residuals_of(battery.node, market, now=now)
    soc = as_kept(soc_at(battery, starts))
    interval = history.interval_of(starts)
    newest = newest_price(history, interval)
    known = Known(
        history=history,
        interval=interval,
        residuals=residuals,
        parameters=DEFAULT,
        day_ahead_until=until,
        soc_mwh=battery.shown_start_mwh if soc.soc_mwh is None else soc.soc_mwh,
        left_usd_mwh=None if battery.left_usd_mwh is None else float(battery.left_usd_mwh),
        end_mwh=None if battery.end_soc_mwh is None else float(battery.end_soc_mwh),
    )
    table = table_of(known, now=now)
    return Seen(
        battery,
        priced_asset(battery, now=now),
        starts,
        soc,
        known,
        learned,
        table,
        limits_at(battery, table, known),
        history.moment(newest[1]) if newest else None,
        position,
    )


def as_kept(soc: KnownSoc) -> KnownSoc:
    """To the kWh, as advice keeps it: so it can be decided again from what is kept."""
    return soc._replace(soc_mwh=None if soc.soc_mwh is None else round(soc.soc_mwh, 3))


def day_ahead_until(battery: Battery, starts: datetime) -> datetime:
    """Where the day-ahead prices end that are held; the interval's start if there are none."""
    newest = readings.newest(battery.node, Market.DAM)
    return starts if newest is None else max(newest.interval_end, starts)


def limits_at(battery: Battery, table: QuantileTable, known: Known) -> Limits:
    """What outages and the grid leave, along a table."""
    history = known.history
    return limits_of(
        battery.asset,
        table.starts,
        table.hours,
        history.hours_of_day[(table.starts - history.start_s) // 3600],
        outages=battery.outages.values_list("start", "end"),
        grid=battery.grid_hours,
    )


def feed_position(battery: Battery) -> dict[str, Any] | None:
    """How far the node's feed is."""
    found = Feed.objects.filter(node=battery.node).values_list("epoch", "head").first()
    return None if found is None else {"epoch": found[0], "head": found[1]}
