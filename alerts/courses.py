"""How an alert went: from when to when, and how far. Worked out of held prices each time.

A peak is not kept anywhere, so there is none that a correction has to reach.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from alerts import held_prices
from alerts.models import Alert, Watching
from alerts.rules.rule import Requirement
from alerts.rules.watched import AGE, CHEAPEST, RANKS, Series, Watch
from prices import readings


class Peak(NamedTuple):
    """How far what an alert watches went ($/MWh, of a relative limit the price), and when."""

    value: Decimal
    start: datetime


class Course(NamedTuple):
    """[start, end), end None while it is open, and the peak if there is one."""

    start: datetime
    end: datetime | None
    peak: Peak | None

    @property
    def length(self) -> timedelta | None:
        return None if self.end is None else self.end - self.start


def course(alert: Alert) -> Course:
    """An alert's course by the prices that are held now."""
    end = end_of(alert)
    return Course(alert.interval_start, end, peak(alert, end))


def end_of(alert: Alert) -> datetime | None:
    """The interval that cleared it; without one, when it ended; None while it is open."""
    if alert.cleared_interval is not None:
        return alert.cleared_interval
    ended = alert.retracted_at or alert.cleared_at
    return None if ended is None else max(ended, alert.interval_start)


def peak(alert: Alert, end: datetime | None) -> Peak | None:
    """The furthest value of its course; None of data age, and where no price is held."""
    condition, market, start = alert.conditions[0], alert.market, alert.interval_start
    if condition.watched == AGE:
        return None
    until = max(end or end_of_held(alert), start + market.interval)
    series = held_prices.series(alert.node.pk, market, [measure(alert)], start, until)
    return furthest(alert, series, until)


def measure(alert: Alert) -> Watch:
    """What its peak is measured in: of a relative limit the price."""
    return Watch("lmp") if alert.conditions[0].watched in RANKS else alert.watch


def furthest(alert: Alert, series: Series, until: datetime) -> Peak | None:
    """The furthest value of an alert up to `until`; None where no price is held."""
    watch, start = measure(alert), alert.interval_start
    values = {at: series.value(watch, at) for at in series.starts if start <= at < until}
    peaks = [Peak(value, at) for at, value in values.items() if value is not None]
    most = min if watches_low(alert.conditions[0]) else max
    return most(peaks, key=attrgetter("value"), default=None)


def end_of_held(alert: Alert) -> datetime:
    """The end of the last interval held."""
    newest = readings.newest(alert.node, alert.market)
    return alert.interval_start if newest is None else newest.interval_end


def watches_low(condition: Requirement) -> bool:
    """Whether it is for low prices or values."""
    if condition.watched in RANKS:
        return condition.watched == CHEAPEST
    return condition.direction == Watching.BELOW
