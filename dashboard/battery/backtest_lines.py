"""Back-tests that were asked for, and their tables. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from battery.measures import usd_per_kw_month
from dashboard.battery.earned import Columns, tested_columns
from dashboard.battery.results import policy_name
from dashboard.battery.words import moment_text, percent_text, usd_text
from dashboard.first_paint.price_words import NOTHING
from market.intervals import operating_date

MOST_WAITING = 5
MOST_DAYS = 3660
STATES = {
    "waiting": "waiting for its turn",
    "running": "running",
    "done": "done",
    "failed": "failed",
}
# As `battery/backtests/acting.py` names them.
ACTING = {
    "own price": "cleared at its own price",
    "frozen 75 min": "bid frozen 75 minutes ahead",
    "last price": "on the last published price",
    "as planned": "as planned",
    "in hindsight": "every price known ahead",
}


class PolicyRow(NamedTuple):
    """A policy, and how it acts."""

    policy: str
    acting: str
    cells: list[str]


class BacktestLine(NamedTuple):
    """A back-test; `percent` is how far it is while it runs."""

    pk: int
    title: str
    state: str
    said: str
    percent: int
    error: str
    asked: str
    rows: list[PolicyRow]
    pictures: list[Columns]
    left_out: str
    code: str
    digest: str


class Asked(NamedTuple):
    """The columns of a `Backtest` that are shown."""

    pk: int
    start: date
    end: date
    market: str
    state: str
    progress: float
    error: str
    asked_at: datetime
    by: str
    code_version: str
    data_digest: str
    result: Any
    power_out_mw: float | None = None


def backtest_line(asked: Asked, now: datetime) -> BacktestLine:
    percent = round(100 * min(max(asked.progress, 0.0), 1.0))
    said = STATES.get(asked.state, asked.state)
    by = f" by {asked.by}" if asked.by else ""
    return BacktestLine(
        pk=asked.pk,
        title=f"{asked.start:%b %-d, %Y} to {asked.end:%b %-d, %Y}, {asked.market}",
        state=asked.state,
        said=f"{said}: {percent} %" if asked.state == "running" else said,
        percent=percent,
        error=asked.error,
        asked=f"asked for{by} {moment_text(asked.asked_at, now)}",
        rows=[policy_row(row, asked.power_out_mw) for row in table_of(asked.result)],
        pictures=tested_columns(asked.result),
        left_out=left_out(asked.result),
        code=asked.code_version,
        digest=asked.data_digest[:12],
    )


def left_out(result: Any) -> str:
    """How many days were in no policy's result."""
    found = result.get("left_out") if isinstance(result, Mapping) else None
    days = found["days"] if found else 0
    return f"{days:,} days with gaps left out on all sides. " if days else ""


def table_of(result: Any) -> Sequence[Mapping[str, Any]]:
    """The table of policies in a result, under whatever name it stands."""
    candidates = result.values() if isinstance(result, Mapping) else [result]
    return next((table for table in candidates if is_table(table)), [])


def is_table(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, Mapping) and "policy" in first


def policy_row(row: Mapping[str, Any], power_out_mw: float | None = None) -> PolicyRow:
    """`low` and `high` are the ends of a 90 % interval of the share."""
    acting = str(row.get("acting") or "")
    return PolicyRow(
        policy_name(str(row["policy"])),
        ACTING.get(acting, acting),
        list(figures(row, power_out_mw)),
    )


def figures(row: Mapping[str, Any], power_out_mw: float | None) -> Iterator[str]:
    yield f"{row.get('days', 0):,}"
    for name in ("revenue_usd", "wear_usd", "net_usd"):
        yield usd_text(row.get(name))
    yield kw_month_text(row, power_out_mw)
    cycles = row.get("cycles")
    yield NOTHING if cycles is None else f"{cycles:,.0f}"
    yield percent_text(row.get("share_of_perfect"))
    low, high = row.get("low"), row.get("high")
    known = low is not None and high is not None
    yield f"{percent_text(low)} to {percent_text(high)}" if known else NOTHING


def kw_month_text(row: Mapping[str, Any], power_out_mw: float | None) -> str:
    """Its net for each kW and month; nothing without a day, or of a battery of unknown power."""
    net, days = row.get("net_usd"), row.get("days")
    if net is None or not days or not power_out_mw:
        return NOTHING
    return usd_text(usd_per_kw_month(Decimal(str(net)), days, power_out_mw))


def fault_of(
    start: date | None, end: date | None, policies: Sequence[str], waiting: int, now: datetime
) -> str:
    """Why such a back-test can't be asked for, while others wait; empty if it can."""
    if waiting >= MOST_WAITING:
        return f"{waiting} back-tests of this battery are not done yet."
    if start is None or end is None:
        return "Give the first and the last day."
    if end < start:
        return "The last day is before the first."
    if end >= operating_date(now):
        return "The last day has to be over."
    if (end - start).days > MOST_DAYS:
        return "At most ten years at once."
    return "" if policies else "Choose at least one policy."
