"""The paper desk day by day, with what corrections changed of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from dashboard.battery.results import DayResult
from dashboard.battery.words import moment_text, share_text, usd_text
from dashboard.first_paint.price_words import NOTHING, price_text
from market.intervals import pacific

CSV_HEADER = (
    "date,settled,excluded,revenue_usd,wear_usd,net_usd,two_settlement_usd,perfect_usd,cycles"
)


class Restated(NamedTuple):
    """A correction that changed a day's result, as `Restatement` has it."""

    date: date
    at: datetime
    interval_start: datetime
    old_price: Decimal | None
    new_price: Decimal | None
    old_net_usd: Decimal
    new_net_usd: Decimal
    why: str


class RestatedLine(NamedTuple):
    """`old` is struck through on the page."""

    when: str
    old: str
    new: str
    why: str


class PaperRow(NamedTuple):
    iso: str
    day: str
    note: str
    cells: list[str]
    restated: list[RestatedLine]


def paper_rows(
    days: Sequence[DayResult], restated: Iterable[Restated], now: datetime
) -> list[PaperRow]:
    """Newest first."""
    found: dict[date, list[RestatedLine]] = {}
    for one in restated:
        found.setdefault(one.date, []).append(restated_line(one, now))
    return [paper_row(day, found.get(day.date, [])) for day in reversed(days)]


def paper_row(day: DayResult, restated: list[RestatedLine]) -> PaperRow:
    left = f"{day.excluded} of {day.settled + day.excluded} intervals left out"
    return PaperRow(
        day.date.isoformat(),
        f"{day.date:%a, %b %-d}",
        left if day.excluded else "",
        [
            usd_text(day.net_usd),
            usd_text(day.revenue_usd),
            usd_text(day.wear_usd),
            usd_text(day.two_settlement_usd),
            usd_text(day.perfect_usd),
            share_text(day.net_usd, day.perfect_usd),
            f"{day.cycles:.2f}",
        ],
        restated,
    )


def restated_line(one: Restated, now: datetime) -> RestatedLine:
    prices = [NOTHING if lmp is None else price_text(float(lmp)) for lmp in one[3:5]]
    why = f"{pacific(one.interval_start):%H:%M} {prices[0]} → {prices[1]}: {one.why}"
    return RestatedLine(
        moment_text(one.at, now), usd_text(one.old_net_usd), usd_text(one.new_net_usd), why
    )


def csv_lines(days: Sequence[DayResult]) -> Iterator[str]:
    """The days as a table for a spreadsheet: each other policy has a column of its net."""
    rivals = sorted({name for day in days for name in day.rivals})
    yield ",".join([CSV_HEADER, *(f"{name}_usd" for name in rivals)])
    for day in days:
        others = [str(day.rivals.get(name, "")) for name in rivals]
        yield ",".join([*map(str, day[:9]), *others])
