"""The days of `/battery/` as rows of text, newest first. Pure."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from dashboard.first_paint.market_times import time_text
from dashboard.first_paint.price_words import NOTHING, price_text, tone_of
from market.intervals import MINUTES
from market.markets import Market
from prices.daily_figures import Day, DayFigures

FIGURES = (
    "TB4",
    "TB2",
    "average",
    "on-peak",
    "off-peak",
    "high",
    "low",
    "below 0",
)
A_DAY = timedelta(days=1)


class Cell(NamedTuple):
    """A figure, what stands below it in small, and its tone."""

    text: str
    small: str = ""
    tone: str = ""


EMPTY = Cell(NOTHING)


class Row(NamedTuple):
    """An operating date: its cells are day-ahead and real-time in turn, a pair for each figure."""

    iso: str
    day: str
    name: str
    note: str
    cells: list[Cell]


def rows(days: list[Day], today: date) -> list[Row]:
    """Newest first, without days of which nothing is held."""
    held = [day for day in days if day.da or day.rt]
    return [row(day, today) for day in reversed(held)]


def row(day: Day, today: date) -> Row:
    pairs = zip(cells(day.da), cells(day.rt), strict=True)
    found = [cell for pair in pairs for cell in pair]
    if day.da and day.rt and not day.rt.whole and day.da_beside is not None:
        at = FIGURES.index("average") * 2
        beside = f"{price_text(float(day.da_beside))} same\N{NO-BREAK SPACE}hours"
        found[at] = found[at]._replace(small=beside)
    name = {today: "today", today + A_DAY: "tomorrow"}.get(day.date, "")
    return Row(day.date.isoformat(), f"{day.date:%a, %b %-d}", name, note(day, today), found)


def cells(figures: DayFigures | None) -> list[Cell]:
    """One market's figures, in the order of FIGURES."""
    if figures is None:
        return [EMPTY] * len(FIGURES)
    return [
        Cell(dollar_text(figures.tb4)),
        Cell(dollar_text(figures.tb2)),
        price_cell(figures.average),
        price_cell(figures.on_peak),
        price_cell(figures.off_peak),
        price_cell(figures.high, figures.high_start),
        price_cell(figures.low, figures.low_start),
        Cell(below_zero_text(figures.negative_minutes)),
    ]


def price_cell(price: Decimal | None, at: datetime | None = None) -> Cell:
    """A price, and when it was."""
    if price is None:
        return EMPTY
    return Cell(price_text(float(price)), time_text(at) if at else "", tone_of(float(price)))


def dollar_text(value: Decimal | None) -> str:
    """`$189`, `$1,204`: TBn is never negative."""
    return NOTHING if value is None else f"${value.quantize(Decimal(1), ROUND_HALF_UP):,}"


def below_zero_text(minutes: int) -> str:
    """`2 h 05 min`, `35 min`, `none`."""
    return minutes_text(minutes) if minutes else "none"


def minutes_text(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def note(day: Day, today: date) -> str:
    """What of the day is not held: of a day that runs, how far it has come."""
    if day.date > today:
        return missing_text("day-ahead", day.da)
    if day.date == today:
        return ", ".join(filter(None, (missing_text("day-ahead", day.da), so_far(day))))
    lacking = (missing_text("day-ahead", day.da), missing_text("real-time", day.rt))
    return ", ".join(filter(None, lacking))


def so_far(day: Day) -> str:
    """How much of a day that runs real-time prices are held of."""
    if day.rt is None:
        return "no real-time yet"
    minutes = day.rt.held * MINUTES[Market.RTM]
    return f"real-time: {minutes_text(minutes)} so far"


def missing_text(market: str, figures: DayFigures | None) -> str:
    """`real-time: 285 of 288`; nothing if it is whole."""
    if figures is None:
        return f"no {market}"
    return "" if figures.whole else f"{market}: {figures.held} of {figures.expected}"
