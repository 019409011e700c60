"""Results on paper by the measures that batteries are compared by. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from battery.measures import WORST_SHARE, usd_per_kw_month, worst_days
from dashboard.battery.results import DayResult
from dashboard.battery.words import share_text, usd_text
from dashboard.first_paint.price_words import NOTHING
from prices.daily_figures import LEAST_SHARE

DAYS_BACK = timedelta(days=30)
NAMES = (
    ("days counted", ""),
    ("$/kW-month", "for each kW of discharging power"),
    ("cycles a day", ""),
    ("share of perfect foresight", ""),
    ("19 days of 20 earn at least", ""),
    ("the worst 5 % of days earn", "on average"),
)


class MeasureRow(NamedTuple):
    """A measure, with a text for each column."""

    name: str
    small: str
    texts: Sequence[str]


class PaperMeasures(NamedTuple):
    """The month and the last days; `few` is whether one of them is too short for worst days."""

    columns: Sequence[str]
    rows: Sequence[MeasureRow]
    few: bool


def paper_measures(
    days: Sequence[DayResult], today: date, power_out_mw: float
) -> PaperMeasures | None:
    """None without any day."""
    lately = [day for day in days if today - DAYS_BACK <= day.date < today]
    month = [day for day in days if today.replace(day=1) <= day.date < today]
    if not lately and not month:
        return None
    columns = [list(figures(some, power_out_mw)) for some in (month, lately)]
    by_row = zip(NAMES, zip(*columns, strict=True), strict=True)
    rows = [MeasureRow(*name, texts) for name, texts in by_row]
    few = any(len(whole(some)) < WORST_SHARE for some in (month, lately))
    return PaperMeasures([f"{today:%B} so far", f"last {DAYS_BACK.days} days"], rows, few)


def whole(days: Sequence[DayResult]) -> list[DayResult]:
    """Those of which nearly all is settled: others say little of a whole day."""
    return [day for day in days if day.settled >= LEAST_SHARE * (day.settled + day.excluded)]


def figures(found: Sequence[DayResult], power_out_mw: float) -> Iterator[str]:
    """In the order of NAMES."""
    days = whole(found)
    yield f"{len(days)} of {len(found)}"
    if not days:
        yield from [NOTHING] * (len(NAMES) - 1)
        return
    net = sum((day.net_usd for day in days), Decimal())
    worst = worst_days({day.date: day.net_usd for day in days})
    yield usd_text(usd_per_kw_month(net, len(days), power_out_mw))
    yield f"{sum(day.cycles for day in days) / len(days):.2f}"
    yield share_text(net, sum((day.perfect_usd for day in days), Decimal()))
    yield usd_text(worst.threshold_usd if worst else None)
    yield usd_text(worst.mean_usd if worst else None)
