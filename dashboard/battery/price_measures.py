"""What the last days' prices were worth, market by market, as a table. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from battery.hub_measures import DayOfTb4, HubMeasures, MarketMeasures
from dashboard.battery.words import usd_text, whole_usd_text
from dashboard.first_paint.price_words import mega_text, price_text
from market.markets import Market

LABELS = [market.label for market in (Market.DAM, Market.RTPD, Market.RTM)]
# What stands in small is of the sorted intervals, or a date.
NAMES = (
    ("TB1 a day", "by whole hours"),
    ("TB2 a day", "by whole hours"),
    ("TB4 a day", "by whole hours"),
    ("TB4, $/kW-month", "without losses or wear"),
    ("best day", "its TB4"),
    ("worst day", "its TB4"),
    ("19 days of 20 exceed", "TB4"),
    ("the worst 5 % of days", "their mean TB4"),
    ("realised volatility", "$/MWh, from interval to interval"),
    ("hours below 0", "on all days"),
    ("days held whole", ""),
)


class Cell(NamedTuple):
    """A figure, and what stands below it in small."""

    text: str
    small: str = ""


class PriceRow(NamedTuple):
    """A measure, with a cell for each market."""

    name: str
    small: str
    cells: Sequence[Cell]


class PriceMeasures(NamedTuple):
    """The markets of which a day is held whole; no rows without any."""

    span: str
    columns: Sequence[str]
    rows: Sequence[PriceRow]


def price_measures(found: HubMeasures) -> PriceMeasures:
    markets = zip(LABELS, (found.da, found.fmm, found.rt), strict=True)
    known = {label: list(cells(measures)) for label, measures in markets if measures}
    span = f"{short(found.first_date)} to {short(found.last_date)}"
    if not known:
        return PriceMeasures(span, [], [])
    by_row = zip(NAMES, zip(*known.values(), strict=True), strict=True)
    return PriceMeasures(span, list(known), [PriceRow(*name, row) for name, row in by_row])


def cells(found: MarketMeasures) -> Iterator[Cell]:
    """In the order of NAMES."""
    for by_hours, by_intervals in zip(found.hourly, found.sorted_intervals, strict=True):
        yield Cell(usd_text(by_hours), f"sorted {usd_text(by_intervals)}")
    yield day_cell(found.best_day)
    yield day_cell(found.worst_day)
    worst = found.worst_days
    yield Cell(whole_usd_text(worst.threshold_usd if worst else None))
    yield Cell(whole_usd_text(worst.mean_usd if worst else None))
    yield Cell(price_text(float(found.volatility)))
    yield Cell(mega_text(float(found.negative_hours), 0))
    yield Cell(str(found.days))


def day_cell(day: DayOfTb4) -> Cell:
    return Cell(whole_usd_text(day.tb4), short(day.date).replace(" ", "\N{NO-BREAK SPACE}"))


def short(day: date) -> str:
    return f"{day:%b %-d}"
