"""The paper desk: what the advice that was issued came to, settled on the newest prices.

A day is settled once it is over, and again when one of its prices was recorded since. What was run
stays as it was; where the result changed, Restatements keep what it was, and why. Two processes may
do so at the same time: a day is written by one of them, in one transaction with its event.
"""

from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction

from battery.asset import Asset
from battery.limits import limits_of
from battery.measures import cycles
from battery.models import Battery, PaperDay, Restatement
from battery.news import day_settled
from battery.paper import words as paper_words
from battery.paper.changes import Change, changes
from battery.paper.day import beside
from battery.paper.due import outdated, unsettled
from battery.paper.kept import Kept, kept_from, to_json
from battery.paper.prices import DayPrices, day_prices
from battery.paper.rivals import Known
from battery.paper.run import Advised, Allowed, Limits, run_as_advised
from battery.restatement import restated
from battery.settlement import exact, settled
from market.intervals import day_bounds, day_intervals, from_iso, pacific
from market.markets import Market
from prices.feed import FeedRange
from prices.models import Node
from prices.troubles import Isolation

ADVISED = ("interval_start", "interval_end", "power_mw", "soc_mwh", "soc_known_at")


def settle_all(*, now: datetime) -> list[FeedRange]:
    """Settle what is due of each active battery, oldest day first; the events that tell of it."""
    ranges: list[FeedRange] = []
    settling = Isolation("settling", now=now)
    for battery in Battery.objects.filter(active=True).select_related("node"):
        for day in unsettled(battery, now=now):
            with settling.each(f"{battery.name}, {day}"):
                ranges += settle(battery, day, now=now)
        for paper_day in outdated(battery, now=now):
            with settling.each(f"{battery.name}, {paper_day.date}"):
                ranges += settle_again(battery, paper_day, now=now)
    return ranges


def settle(battery: Battery, day: date, *, now: datetime) -> list[FeedRange]:
    """Settle an operating date for the first time. Nothing if somebody else did."""
    market = Market(battery.market)
    prices = day_prices(battery.node, market, day)
    kept = ran_on(battery, day, prices)
    values = figures(kept, prices, now=now)
    try:
        with transaction.atomic():
            paper_day = PaperDay.objects.create(
                battery=battery, date=day, market=market.value, **values
            )
            text = first_text(battery, paper_day, kept) if paper_day.settled else ""
            return told(paper_day, kept.node_id, text, now=now)
    except IntegrityError:
        if PaperDay.objects.filter(battery=battery, date=day).exists():
            return []
        raise


def settle_again(battery: Battery, paper_day: PaperDay, *, now: datetime) -> list[FeedRange]:
    """Settle a day on the newest prices, and keep what they changed. Nothing if another did."""
    before, settled_at = kept_from(paper_day.ledger), paper_day.settled_at
    node = Node.objects.get(pk=before.node_id)
    prices = day_prices(node, Market(paper_day.market), paper_day.date)
    after, found = anew(before, prices, now=now)
    values = figures(after, prices, now=now)
    mine = PaperDay.objects.filter(pk=paper_day.pk, settled_at=settled_at)
    with transaction.atomic():
        if not mine.update(**values):
            return []
        rows = [Restatement(day=paper_day, at=now, **change._asdict()) for change in found]
        Restatement.objects.bulk_create(rows)
        text = restated_text(battery, paper_day.date, before, after, found) if found else ""
        return told(paper_day, node.pk, text, now=now)


def anew(before: Kept, prices: DayPrices, *, now: datetime) -> tuple[Kept, list[Change]]:
    """What was run, at these prices."""
    alone = restated(before.alone, prices.rt, now=now, seen_at=prices.rt_seen)
    both = None
    if before.both:
        both = restated(
            before.both,
            prices.rt,
            prices.da,
            now=now,
            seen_at=prices.rt_seen,
            da_seen_at=prices.da_seen,
        )
    after = replace(before, alone=alone.ledger, both=both.ledger if both else None)
    return after, changes(alone, both)


def ran_on(battery: Battery, day: date, prices: DayPrices) -> Kept:
    """What the battery ran as it was advised, and what that came to."""
    advised, asset = issued(battery, day)
    limits = limits_on(battery, asset, day)
    ran = run_as_advised(asset, advised, limits)
    wear = exact(asset.wear_usd_mwh)
    alone = settled(ran.steps, prices.rt, {}, wear, two_settlement=False)
    awards, both = awards_of(battery, day), None
    if awards:
        steps = run_as_advised(asset, advised, limits, awards).steps
        both = settled(steps, prices.rt, prices.da, wear, two_settlement=True)
    return Kept(battery.node_id, asset, limits, ran.clipped, alone, both)


def issued(battery: Battery, day: date) -> tuple[list[Advised], Asset]:
    """What was advised for its market at its node, and the battery as it then last was."""
    start, end = day_bounds(day)
    advice = battery.advice.filter(
        market=battery.market, interval_start__gte=start, interval_start__lt=end
    ).order_by("interval_start")
    rows = list(advice.values_list("parameters", *ADVISED))
    here = battery.node.oasis_name
    there = [row for row in rows if row[0].get("node", here) == here]
    names = [field.name for field in fields(Asset)]
    known = [{name: row[0][name] for name in names} for row in there if {*names} <= row[0].keys()]
    return [Advised(*row[1:]) for row in there], Asset(**known[-1]) if known else battery.asset


def limits_on(battery: Battery, asset: Asset, day: date) -> Limits:
    """Of the intervals in which outages and the grid left less than all."""
    market = Market(battery.market)
    starts = day_intervals(day, market)
    most = limits_of(
        asset,
        np.array([int(start.timestamp()) for start in starts]),
        np.full(len(starts), market.interval.total_seconds() / 3600),
        np.array([pacific(start).hour for start in starts]),
        outages=battery.outages.values_list("start", "end"),
        grid=battery.grid_hours,
    )
    all_of_it = Allowed(asset.power_in_mw, asset.power_out_mw)
    allowed = map(Allowed, most.in_mw.tolist(), most.out_mw.tolist())
    pairs = zip(starts, allowed, strict=True)
    return {start: limit for start, limit in pairs if limit != all_of_it}


def awards_of(battery: Battery, day: date) -> dict[datetime, Decimal]:
    """What the day's schedule sold day-ahead, by the hour; empty if there was none."""
    hours = battery.schedules.filter(date=day).values_list("hours", flat=True).first() or []
    return {from_iso(hour): exact(power) for hour, _, power, *_ in hours}


def figures(kept: Kept, prices: DayPrices, *, now: datetime) -> dict[str, Any]:
    """Everything of a day but the battery, the date and the market."""
    alone, totals = kept.alone, kept.alone.totals
    known = Known(prices.starts, prices.da, prices.yesterday)
    others = beside(kept.asset, alone, known, kept.limits)
    return {
        "settled": len(alone.lines),
        "excluded": len(prices.starts) - len(alone.lines),
        "revenue_usd": totals.rt_usd,
        "wear_usd": totals.wear_usd,
        "net_usd": totals.net_usd,
        "two_settlement_usd": kept.two_settlement_usd,
        "perfect_usd": others.perfect_usd,
        "cycles": round(cycles(kept.asset, totals), 4),
        "rivals": {name: str(usd) for name, usd in others.rivals.items()},
        "ledger": to_json(kept),
        "prices_seq": prices.seq,
        "settled_at": now,
    }


def first_text(battery: Battery, day: PaperDay, kept: Kept) -> str:
    return paper_words.first_settled(
        battery.name, day.date, day.net_usd, day.perfect_usd, len(kept.clipped)
    )


def restated_text(
    battery: Battery, day: date, before: Kept, after: Kept, found: list[Change]
) -> str:
    """Of real time alone if that changed, else of the two-settlement, which is another result."""
    alone = after.alone.restatements[len(before.alone.restatements) :]
    old, new = (
        (before.alone.totals.net_usd, after.alone.totals.net_usd)
        if alone
        else (before.two_settlement_usd, after.two_settlement_usd)
    )
    whys = [change.why for change in found]
    return paper_words.restated(battery.name, day, old, new, whys, two_settlements=not alone)


def told(paper_day: PaperDay, node_id: int, text: str, *, now: datetime) -> list[FeedRange]:
    """The event that says so in the node's feed, if there is something to say."""
    if not text:
        return []
    node = Node.objects.get(pk=node_id)
    return [day_settled(node, paper_day.battery_id, paper_day.date, text, now=now)]
