"""TB4 by day as bars, day-ahead beside real-time, in the units of an SVG's viewBox. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from dashboard.battery_table import dollar_text
from prices.daily_figures import Day, DayFigures

HEIGHT, A_DAY, WIDTH = 100, 10, 3.4
OFFSETS = {"da": 1.2, "rt": 5.4}
MOST_TIMES_MEDIAN = 4
STEPS = (1, 2, 3, 4, 5, 6, 8, 10)


class Bar(NamedTuple):
    """One market's bar of a day; `cut` if its value lies beyond the top."""

    market: str
    x: float
    y: float
    width: float
    height: float
    cut: bool


class DayBars(NamedTuple):
    """A day: where its band begins, what it says, and its bars."""

    x: int
    label: str
    bars: list[Bar]


class Picture(NamedTuple):
    """The days, oldest first; `top` and `middle` are the axis's labels, `ends` the days'."""

    width: int
    days: list[DayBars]
    top: str
    middle: str
    ends: list[str]
    cut: str


def picture(days: Sequence[Day]) -> Picture | None:
    """None if no day has a TB4. Bars far above the others are cut off, and named."""
    values = [value for day in days for value in tb4s(day) if value is not None]
    if not values:
        return None
    top = top_of(values)
    bars = [day_bars(nth, day, top) for nth, day in enumerate(days)]
    marks = [days[0].date, days[len(days) // 2].date, days[-1].date]
    return Picture(
        width=A_DAY * len(days),
        days=bars,
        top=dollar_text(top),
        middle=dollar_text(top / 2),
        ends=[short(day) for day in dict.fromkeys(marks)],
        cut=", ".join(cut_texts(days, top)),
    )


def tb4s(day: Day) -> tuple[Decimal | None, Decimal | None]:
    """Day-ahead and real-time; of a day of which too little is held, none."""
    return tb4_of(day.da), tb4_of(day.rt)


def tb4_of(figures: DayFigures | None) -> Decimal | None:
    return figures.tb4 if figures and figures.comparable else None


def top_of(values: Sequence[Decimal]) -> Decimal:
    """A round number above all values, but at most so many times the median."""
    most = min(max(values), max(MOST_TIMES_MEDIAN * median(values), Decimal(1)))
    power = Decimal(10) ** (max(most, Decimal(1)).adjusted())
    return next(step * power for step in STEPS if step * power >= most)


def day_bars(nth: int, day: Day, top: Decimal) -> DayBars:
    pairs = zip(OFFSETS.items(), tb4s(day), strict=True)
    bars = [
        bar(market, nth * A_DAY + offset, value, top)
        for (market, offset), value in pairs
        if value is not None
    ]
    texts = zip(("day-ahead", "real-time"), tb4s(day), strict=True)
    said = ", ".join(f"{market} {dollar_text(value)}" for market, value in texts)
    return DayBars(nth * A_DAY, f"{day.date:%a, %b %-d}: {said}", bars)


def bar(market: str, x: float, value: Decimal, top: Decimal) -> Bar:
    height = round(float(min(value / top, Decimal(1))) * HEIGHT, 2)
    return Bar(market, round(x, 2), round(HEIGHT - height, 2), WIDTH, height, value > top)


def cut_texts(days: Sequence[Day], top: Decimal) -> Iterator[str]:
    """What is cut off: `Nov 12 real-time $4,102`."""
    for day in days:
        for market, value in zip(("day-ahead", "real-time"), tb4s(day), strict=True):
            if value is not None and value > top:
                yield f"{short(day.date)} {market} {dollar_text(value)}"


def short(day: date) -> str:
    return f"{day:%b %-d}"
