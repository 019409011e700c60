"""What was earned by month and by hour of the day, and the picture of it. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from dashboard.battery.results import ADVICE, PERFECT, DayResult, policy_name
from dashboard.battery.scale import Scale, scale_of
from dashboard.battery.words import usd_text
from market.intervals import from_iso, pacific

BAND = 100.0  # per cent that all columns take
WIDEST = 4.0  # a bar of few, in per cent
HOURS = range(24)
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"), (1.0, ""))  # of dollars
SHORT, FEW, SOME = 4, 4, 6  # letters of a label, and how many labels there are


class Column(NamedTuple):
    """A month or an hour: a value for each series, None where there is none."""

    label: str
    values: Sequence[float | None]


class ColumnBar(NamedTuple):
    series: int
    x: float
    y: float
    width: float
    height: float


class Place(NamedTuple):
    """A column as it is drawn: per cent of the picture's width.

    `reach` is the top and the bottom of what most values lie between, where that is drawn too.
    """

    x: float
    width: float
    middle: float
    label: str
    title: str
    rank: str
    bars: list[ColumnBar]
    reach: tuple[float, float] | None = None


class Columns(NamedTuple):
    """The picture and its table: `texts` has a row for each column."""

    title: str
    series: Sequence[str]
    zero: float
    lines: Sequence[tuple[float, str]]
    places: Sequence[Place]
    texts: Sequence[tuple[str, Sequence[str]]]


def columns(title: str, series: Sequence[str], found: Sequence[Column]) -> Columns | None:
    """None without any value."""
    values = [value for column in found for value in column.values if value is not None]
    if not values:
        return None
    scale = scale_of(values)
    return Columns(
        title,
        series,
        scale.down(0),
        [(scale.down(tick), label_of(tick)) for tick in scale.ticks],
        [place(nth, column, found, series, scale) for nth, column in enumerate(found)],
        [(column.label, [usd_text(value) for value in column.values]) for column in found],
    )


def label_of(tick: float) -> str:
    """`$250`, `−$20k`, `$1.5M`: beside a picture there is little room."""
    one, unit = next((found for found in UNITS if abs(tick) >= found[0]), UNITS[-1])
    return f"{'−' if tick < 0 else ''}${abs(tick) / one:,.10g}{unit}"


def place(
    nth: int, column: Column, found: Sequence[Column], series: Sequence[str], scale: Scale
) -> Place:
    width = BAND / len(found)
    wide = min(width / (len(series) + 0.6), WIDEST)
    first = (nth + 0.5) * width - len(series) * wide / 2
    said = [f"{name} {usd_text(v)}" for name, v in zip(series, column.values, strict=True)]
    return Place(
        x=round(nth * width, 3),
        width=round(width, 3),
        middle=round((nth + 0.5) * width, 3),
        label=column.label,
        title=f"{column.label}: {', '.join(said)}",
        rank=rank_of(nth, len(found), column.label),
        bars=[
            column_bar(which, value, first + which * wide, wide, scale)
            for which, value in enumerate(column.values)
            if value is not None
        ],
    )


def rank_of(nth: int, count: int, label: str) -> str:
    """Which labels have room: of long ones a few, of short ones a few on a narrow screen."""
    is_long = len(label) > SHORT
    marked = nth % max(1, -(-count // FEW) if is_long else count // SOME) == 0
    return "major" if marked else "unmarked" if is_long else "minor"


def column_bar(which: int, value: float, x: float, wide: float, scale: Scale) -> ColumnBar:
    top, bottom = sorted((scale.down(value), scale.down(0)))
    return ColumnBar(which, round(x, 3), top, round(wide, 3), round(bottom - top, 2))


def by_month(days: Iterable[DayResult]) -> list[Column]:
    """Net of advice and of perfect foresight by month."""
    found: dict[date, list[float]] = {}
    for day in days:
        sums = found.setdefault(day.date.replace(day=1), [0.0, 0.0])
        sums[0] += float(day.net_usd)
        sums[1] += float(day.perfect_usd)
    return [Column(f"{month:%b %Y}", values) for month, values in sorted(found.items())]


def by_hour(ledgers: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Net dollars of all lines by the hour of the Pacific clock; none without a line."""
    sums = dict.fromkeys(HOURS, 0.0)
    count = 0
    for ledger in ledgers:
        for start, net in net_lines(ledger):
            sums[pacific(start).hour] += net
            count += 1
    return [Column(f"{hour:02}", [sums[hour]]) for hour in HOURS] if count else []


def tested_columns(result: Any) -> list[Columns]:
    """By month and by hour, of a back-test's result that has them."""
    found = result if isinstance(result, Mapping) else {}
    series = [policy_name(found.get("pictured", {}).get("policy", ADVICE)), PERFECT]
    made = [
        columns("By month", series, [part(one, month_name) for one in found.get("by_month", [])]),
        columns("By hour of the day", series, [part(one, str) for one in found.get("by_hour", [])]),
    ]
    return [one for one in made if one]


def part(one: Mapping[str, Any], called: Callable[[str], str]) -> Column:
    return Column(called(one["name"]), [one["net_usd"], one["perfect_usd"]])


def month_name(name: str) -> str:
    """`2022-01` as `Jan 2022`."""
    return f"{date.fromisoformat(f'{name}-01'):%b %Y}"


def net_lines(ledger: Mapping[str, Any]) -> Iterable[tuple[datetime, float]]:
    """The start and the net of each line of a ledger as it is stored."""
    lines = ledger.get("lines") or {"columns": [], "rows": []}
    names = lines["columns"]
    if not lines["rows"]:
        return []
    start, net = names.index("interval_start"), names.index("net_usd")
    return [(from_iso(row[start]), float(row[net])) for row in lines["rows"]]
