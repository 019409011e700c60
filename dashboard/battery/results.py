"""What advice earned on paper, beside perfect foresight, other policies and doing nothing. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from dashboard.battery.words import share_text, usd_text

ADVICE, PERFECT, NOTHING_DONE = "advice", "perfect foresight", "do nothing"
# Policies by the names that they are stored under.
POLICIES = {
    "perfect": PERFECT,
    "nothing": NOTHING_DONE,
    "day ahead": "day-ahead schedule, at real-time prices",
    "day ahead rt": "day-ahead schedule, at real-time prices",
    "day ahead da": "day-ahead schedule, at day-ahead prices",
    "clock": "fixed clock",
    "yesterday": "yesterday's shape",
    "thresholds": "thresholds 0 and 100",
}
WIDTH = 100.0


class DayResult(NamedTuple):
    """An operating date on paper, as `PaperDay` has it."""

    date: date
    settled: int
    excluded: int
    revenue_usd: Decimal
    wear_usd: Decimal
    net_usd: Decimal
    two_settlement_usd: Decimal
    perfect_usd: Decimal
    cycles: float
    rivals: Mapping[str, Any]


class ResultRow(NamedTuple):
    """One policy: its bar, from `x` on and `width` wide, is in per cent of the picture."""

    name: str
    usd: str
    share: str
    kind: str
    x: float
    width: float


class Result(NamedTuple):
    """A day or more, policy by policy; `zero` is where bars stand, in per cent."""

    title: str
    zero: float
    rows: list[ResultRow]
    note: str


def policy_name(policy: str) -> str:
    """As people say it; a name that is not known here stands for itself."""
    plain = policy.replace("_", " ").replace("-", " ")
    return POLICIES.get(plain, policy.replace("_", " "))


def result(title: str, days: Sequence[DayResult]) -> Result | None:
    """The sums of these days, dearest policy first; None without any day."""
    if not days:
        return None
    sums = policy_sums(days)
    low, high = min(0.0, *map(float, sums.values())), max(0.0, *map(float, sums.values()))
    span = (high - low) or 1.0
    perfect = sum((day.perfect_usd for day in days), Decimal())
    rows = [
        ResultRow(
            name,
            usd_text(usd),
            share_text(usd, perfect),
            {ADVICE: "advice", PERFECT: "perfect"}.get(name, "rival"),
            round((min(float(usd), 0.0) - low) / span * WIDTH, 2),
            round(abs(float(usd)) / span * WIDTH, 2),
        )
        for name, usd in sorted(sums.items(), key=lambda pair: -pair[1])
    ]
    return Result(title, round(-low / span * WIDTH, 2), rows, note(days))


def policy_sums(days: Iterable[DayResult]) -> dict[str, Decimal]:
    """Dollars by policy; on a day that it had no plan for it did nothing, as in a back-test."""
    sums: dict[str, Decimal] = {}
    for day in days:
        for name, usd in day_sums(day).items():
            sums[name] = sums.get(name, Decimal()) + usd
    return sums


def day_sums(day: DayResult) -> dict[str, Decimal]:
    rivals = {policy_name(name): Decimal(str(usd)) for name, usd in day.rivals.items()}
    return rivals | {
        ADVICE: day.net_usd,
        PERFECT: day.perfect_usd,
        NOTHING_DONE: Decimal("0.00"),
    }


def note(days: Sequence[DayResult]) -> str:
    """Over how much, and what was left out."""
    settled, excluded = (sum(column) for column in zip(*((d[1], d[2]) for d in days), strict=True))
    left = f"; {excluded:,} left out on all sides, without advice or a price" if excluded else ""
    count = f"{len(days)} days, " if len(days) > 1 else ""
    return f"{count}{settled:,} intervals settled{left}. Net of wear."
