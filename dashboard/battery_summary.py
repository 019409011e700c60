"""What the last days came to together, and today's place among them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from dashboard.battery_table import below_zero_text, dollar_text
from dashboard.first_paint.market_times import time_text
from dashboard.first_paint.price_words import NOTHING, price_text
from prices.daily_figures import Day, DayFigures, mean
from prices.day_ranks import Rank, Ranks

Dated = tuple[date, DayFigures]
FEWEST_DAYS = 10  # among fewer a rank says little


class SummaryLine(NamedTuple):
    """A figure, of day-ahead and of real-time."""

    name: str
    da: str
    rt: str


class Summary(NamedTuple):
    """What `days` of the last `of` whole days came to: those of which both markets are held."""

    days: int
    of: int
    lines: list[SummaryLine]


def summary(days: Sequence[Day], today: date) -> Summary:
    """Of the days before today of which nearly all is held in both markets."""
    past = [day for day in days if day.date < today]
    both = [(day.date, day.da, day.rt) for day in past if day.da and day.rt]
    compared = [pair for pair in both if pair[1].comparable and pair[2].comparable]
    da = column([(day, figures) for day, figures, _ in compared])
    rt = column([(day, figures) for day, _, figures in compared])
    lines = [SummaryLine(name, *texts) for (name, *texts) in zip(NAMES, da, rt, strict=True)]
    return Summary(len(compared), len(past), lines if compared else [])


NAMES = (
    "TB4, all days",
    "TB4 a day",
    "TB2 a day",
    "best day, TB4",
    "average",
    "on-peak",
    "off-peak",
    "below 0",
)


def column(days: Sequence[Dated]) -> list[str]:
    """One market's figures, in the order of NAMES."""
    figures = [found for _, found in days]
    tb4 = [found.tb4 for found in figures if found.tb4 is not None]
    return [
        dollar_text(sum(tb4, Decimal()) if tb4 else None),
        dollar_text(mean_of(tb4)),
        dollar_text(mean_of(found.tb2 for found in figures)),
        best_text(days),
        mean_text(found.average for found in figures),
        mean_text(found.on_peak for found in figures),
        mean_text(found.off_peak for found in figures),
        below_zero_text(sum(found.negative_minutes for found in figures)),
    ]


def mean_of(values: Iterable[Decimal | None]) -> Decimal | None:
    """Each day counts as much as another; those without the figure don't."""
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def mean_text(values: Iterable[Decimal | None]) -> str:
    found = mean_of(values)
    return NOTHING if found is None else price_text(float(found))


def best_text(days: Sequence[Dated]) -> str:
    """`$412 on Nov 12`, the first of equals."""
    known = [(figures.tb4, day) for day, figures in days if figures.tb4 is not None]
    if not known:
        return NOTHING
    tb4, day = max(known, key=lambda pair: pair[0])
    return f"{dollar_text(tb4)} on {day:%b %-d}"


def rank_note(ranks: Ranks) -> str:
    """Why today has no place yet, as the dashboard says it."""
    held = max(
        rank.of if rank else 0 for rank in (ranks.rt_average, ranks.da_average, ranks.da_tb4)
    )
    few = 0 < held < FEWEST_DAYS
    return f"Today's rank needs {FEWEST_DAYS} days; {held} are held." if few else ""


def rank_lines(ranks: Ranks) -> Iterator[tuple[str, str]]:
    """What is ranked, and today's place, of what can be compared."""
    if ranks.until and ranks.rt_average:
        yield f"real-time average to {time_text(ranks.until)}", place_text(ranks.rt_average)
    if ranks.da_average:
        yield "day-ahead average", place_text(ranks.da_average)
    if ranks.da_tb4:
        yield "day-ahead TB4", place_text(ranks.da_tb4)


def place_text(rank: Rank) -> str:
    """`3rd of 30`."""
    return f"{rank.rank}{ending(rank.rank)} of {rank.of}"


def ending(number: int) -> str:
    """Of an ordinal number up to 100."""
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
