"""Giving advice: what is known is read, decided on, and stored with its event, once an interval."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction

from battery.advice import reasons
from battery.advice.deciding import Decided, decide, is_stale
from battery.advice.ready import wanting, without_advice
from battery.advice.seen import Seen, seen_of
from battery.advice.timing import LAST_CALL
from battery.bodies import advice_body, outages_after, parameters_of
from battery.code_version import code_version
from battery.models import Advice, Battery
from battery.models.advice import HOLD
from battery.policy import DEFAULT, Limits
from market.intervals import iso
from market.markets import Market
from prices import feed
from prices.feed import Event, FeedRange
from prices.models import FeedEvent
from prices.troubles import Isolation

NO_PRICES, STALE, NO_CHARGE, OUTAGE = "no prices", "stale prices", "no state of charge", "outage"


def advise_all(*, now: datetime) -> Iterator[FeedRange]:
    """Advise each battery for which it is time; what is to be published comes one by one."""
    advising = Isolation("advising", now=now)
    for battery in wanting(now=now):
        ranges: list[FeedRange] = []
        with advising.each(battery.name):
            ranges += advise(battery, now=now)
        yield from ranges


def prepare_all(*, now: datetime) -> None:
    """Work out what would be advised now, so that everything is imported, learned and cached."""
    preparing = Isolation("preparing advice", now=now)
    for battery in without_advice(now=now):
        with preparing.each(battery.name):
            advice_of(seen_of(battery, now=now), now=now)


def advise(battery: Battery, *, now: datetime) -> list[FeedRange]:
    """Advise one battery for the interval that begins next. Nothing if somebody else did.

    Missing prices are waited for as long as there is time.
    """
    advice = advice_of(seen_of(battery, now=now), now=now)
    if advice.fallback in (NO_PRICES, STALE) and now < advice.interval_start - LAST_CALL:
        return []
    try:
        with transaction.atomic():
            advice.save()
            event = Event(FeedEvent.ADVICE, advice_body(advice))
            return [feed.append(battery.node, [event], now=now)]
    except IntegrityError:
        if Advice.objects.filter(battery=battery, interval_start=advice.interval_start).exists():
            return []
        raise


def advice_of(seen: Seen, *, now: datetime) -> Advice:
    """The advice, not saved yet: decided, or to hold where something is missing."""
    battery, market = seen.battery, Market(seen.battery.market)
    advice = Advice(
        battery=battery,
        market=market.value,
        interval_start=seen.starts,
        interval_end=seen.starts + market.interval,
        made_at=now,
        soc_mwh=seen.soc.soc_mwh,
        soc_source=seen.soc.source,
        soc_known_at=seen.soc.known_at,
        known=known_json(seen),
        parameters=parameters_of(battery)
        | {
            "policy": DEFAULT._asdict(),
            "wear_usd_mwh_with_cap": seen.asset.wear_usd_mwh,
            "outages": outages_after(battery, seen.starts),
        },
        code_version=code_version(),
        plan=[],
    )
    missing = fallback(seen)
    if missing and missing[0] != OUTAGE:
        return held_back(advice, *missing)
    limits = idle_at_first(seen.limits) if missing else seen.limits
    filled(advice, decide(seen.asset, seen.known, seen.table, limits))
    return held_back(advice, *missing) if missing else advice


def idle_at_first(limits: Limits) -> Limits:
    """In an interval that an outage ends in, nothing is done until the next one."""
    first_not = np.arange(len(limits.in_mw)) > 0
    return Limits(limits.in_mw * first_not, limits.out_mw * first_not)


def fallback(seen: Seen) -> tuple[str, str] | None:
    """Why nothing can be acted on: its name and a sentence."""
    history, starts = seen.known.history, seen.starts
    lacking = np.isnan(seen.table.prices).any(axis=1)
    if lacking.any():
        first = reasons.from_epoch(seen.table.starts[np.argmax(lacking)])
        return NO_PRICES, reasons.no_prices(seen.battery.node.hub, first, starts)
    if seen.newest is None or is_stale(
        history, seen.known.interval, history.interval_of(seen.newest)
    ):
        return STALE, reasons.stale_prices(seen.newest, starts)
    if seen.soc.soc_mwh is None:
        return NO_CHARGE, reasons.no_charge_known()
    outage = seen.battery.outages.filter(start__lte=starts, end__gt=starts).first()
    return (OUTAGE, reasons.out_of_service(outage.end, starts)) if outage else None


def held_back(advice: Advice, name: str, sentence: str) -> Advice:
    advice.action, advice.power_mw = HOLD, 0
    advice.fallback, advice.reason = name, sentence
    return advice


def filled(advice: Advice, decided: Decided) -> None:
    """Put what was decided into the advice."""
    price, worth = decided.seen.price, decided.seen.worth
    advice.action, advice.reason = decided.seen.action, decided.reason
    advice.power_mw = decided.power_mw
    advice.expected_usd_mwh = cents(price)
    advice.stored_usd_mwh = None if worth is None else cents(worth)
    advice.plan = [
        [
            iso(reasons.from_epoch(step.start)),
            *(round(price, 2) for price in (step.price, step.low, step.high)),
            round(step.power_mw, 3) + 0.0,  # never -0.0
            round(step.soc_mwh, 3),
        ]
        for step in decided.plan
    ]


def cents(usd: float) -> Decimal:
    return Decimal(str(round(usd, 2)))


def known_json(seen: Seen) -> dict[str, Any]:
    """What was known, for whoever checks the advice later."""
    return {
        "real_time_of": iso(seen.newest) if seen.newest else None,
        "day_ahead_until": iso(seen.known.day_ahead_until),
        "quantiles_issued": iso(reasons.from_epoch(seen.table.issued_at)),
        "learned": {
            "date": seen.learned.date.isoformat(),
            "made_at": iso(seen.learned.made_at),
            "first_day": seen.learned.first_day.isoformat(),
            "intervals": seen.known.residuals.intervals_seen,
        },
        "feed": seen.feed,
    }
