"""The state of charge at a moment: as it was reported, else reckoned from the advice since."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from battery.models import Advice, Battery
from battery.models.advice import RECKONED, REPORTED, UNKNOWN
from battery.reckoning import Run, Span, is_fresh, reckoned
from market.markets import Market

DAY = timedelta(days=1)


class KnownSoc(NamedTuple):
    """MWh in the store, where that is from, and when it was last known without reckoning."""

    soc_mwh: float | None
    source: str
    known_at: datetime | None


class Fix(NamedTuple):
    """A state of charge that was known `at` a moment; `told_at` is when it was recorded."""

    soc_mwh: float
    at: datetime
    told_at: datetime


NOTHING = KnownSoc(None, UNKNOWN, None)


def soc_at(battery: Battery, at: datetime) -> KnownSoc:
    """What is known of a battery's state of charge at a moment."""
    report = last_report(battery, at)
    known = report or first_fix(battery)
    if known is None:
        return NOTHING
    fresh = report and is_fresh(report.at, at, Market(battery.market).interval)
    soc = carried(battery, last_reckoned(battery, known, at) or known, at)
    return KnownSoc(soc, REPORTED if fresh else RECKONED, known.at)


def last_report(battery: Battery, at: datetime) -> Fix | None:
    """The newest report up to a moment."""
    readings = battery.soc_readings.filter(at__lte=at).order_by("-at", "-pk")
    reading = readings.first()
    return Fix(float(reading.soc_mwh), reading.at, reading.recorded_at) if reading else None


def first_fix(battery: Battery) -> Fix | None:
    """The state of charge that the battery was made with, if one was given."""
    if battery.start_soc_mwh is None:
        return None
    return Fix(float(battery.start_soc_mwh), battery.made_at, battery.made_at)


def last_reckoned(battery: Battery, known: Fix, at: datetime) -> Fix | None:
    """What advice of a day ago reckoned from what is known, if that is older.

    So a battery that reports nothing for a year is not reckoned through the year each time.
    """
    if known.at >= at - DAY:
        return None
    advice = battery.advice.filter(
        interval_start__gte=at - DAY,
        interval_start__lte=at,
        made_at__gte=known.told_at,
        soc_mwh__isnull=False,
    )
    first = advice.order_by("interval_start").values_list("soc_mwh", "interval_start").first()
    return Fix(float(first[0]), first[1], known.told_at) if first else None


def carried(battery: Battery, fix: Fix, at: datetime) -> float:
    """A state of charge carried forward to a moment, by the advice and the outages since."""
    outages = battery.outages.filter(end__gt=fix.at, start__lt=at).values_list("start", "end")
    spans = [Span(*times) for times in outages]
    return reckoned(battery.asset, fix.soc_mwh, Span(fix.at, at), runs(battery, fix.at, at), spans)


def runs(battery: Battery, start: datetime, end: datetime) -> Iterator[Run]:
    """What was advised between two moments, in order."""
    advice = Advice.objects.filter(
        battery=battery, interval_end__gt=start, interval_start__lt=end
    ).order_by("interval_start")
    columns = advice.values_list("interval_start", "interval_end", "power_mw")
    for began, ended, power in columns.iterator():
        yield Run(began, ended, float(power))
