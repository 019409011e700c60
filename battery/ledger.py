"""What a battery earned, line by line, and the form in which that is stored. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from market.intervals import from_iso, iso

TIMES = ("interval_start", "interval_end")
TEXTS = ("why",)
SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Step:
    """An interval as it was run. Powers are positive to the grid, states of charge to the Wh.

    `da_award_mw` is what was sold (or, negative, bought) day-ahead; None with real time alone.
    """

    interval_start: datetime
    interval_end: datetime
    power_mw: Decimal
    soc_before_mwh: Decimal
    soc_after_mwh: Decimal
    da_award_mw: Decimal | None

    @property
    def part_of_hour(self) -> Fraction:
        """Its length in hours, exactly."""
        return Fraction(round((self.interval_end - self.interval_start).total_seconds()), SECONDS)

    @property
    def hours(self) -> Decimal:
        return as_decimal(self.part_of_hour)

    @property
    def energy_mwh(self) -> Decimal:
        """At the grid's side; positive to the grid."""
        return as_decimal(Fraction(self.power_mw) * self.part_of_hour)


@dataclass(frozen=True, slots=True)
class Line(Step):
    """A settled interval: net_usd is rt_usd + da_usd + deviation_usd - wear_usd, to the cent.

    With real time alone all energy is in rt_usd; in a two-settlement the award is in da_usd and
    what was run beyond it in deviation_usd. `running_usd` is the net of all lines so far.
    """

    rt_price: Decimal
    da_price: Decimal | None
    rt_usd: Decimal
    da_usd: Decimal
    deviation_usd: Decimal
    wear_usd: Decimal
    net_usd: Decimal
    running_usd: Decimal


@dataclass(frozen=True, slots=True)
class Excluded(Step):
    """An interval that was run and isn't settled: a price it needs isn't held."""

    rt_price: Decimal | None
    da_price: Decimal | None

    @property
    def why(self) -> str:
        if self.rt_price is not None:
            return "No day-ahead price is held."
        if self.da_award_mw is not None and self.da_price is None:
            return "Neither a real-time nor a day-ahead price is held."
        return "No real-time price is held."


@dataclass(frozen=True, slots=True)
class Restatement:
    """A line that a price changed, and why. A price or net that wasn't there is None."""

    interval_start: datetime
    old_price: Decimal | None
    new_price: Decimal | None
    old_da_price: Decimal | None
    new_da_price: Decimal | None
    old_net_usd: Decimal | None
    new_net_usd: Decimal | None
    difference_usd: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a ledger's lines; what is excluded is in none of them."""

    hours: Decimal
    to_grid_mwh: Decimal
    from_grid_mwh: Decimal
    rt_usd: Decimal
    da_usd: Decimal
    deviation_usd: Decimal
    wear_usd: Decimal
    net_usd: Decimal


@dataclass(frozen=True, slots=True)
class Ledger:
    """Lines and excluded intervals, oldest first; all restatements so far, as they were made."""

    two_settlement: bool
    wear_usd_mwh: Decimal
    lines: tuple[Line, ...]
    excluded: tuple[Excluded, ...]
    restatements: tuple[Restatement, ...] = ()

    @property
    def totals(self) -> Totals:
        moved = [Fraction(line.power_mw) * line.part_of_hour for line in self.lines]
        return Totals(
            as_decimal(sum((line.part_of_hour for line in self.lines), Fraction())),
            as_decimal(sum((mwh for mwh in moved if mwh > 0), Fraction())),
            as_decimal(-sum((mwh for mwh in moved if mwh < 0), Fraction())),
            *(
                sum((getattr(line, name) for line in self.lines), Decimal("0.00"))
                for name in ("rt_usd", "da_usd", "deviation_usd", "wear_usd", "net_usd")
            ),
        )


def as_decimal(value: Fraction) -> Decimal:
    """To 28 digits."""
    return Decimal(value.numerator) / value.denominator


def as_json(ledger: Ledger) -> dict[str, Any]:
    """A ledger as JSON takes it: numbers are strings, and rows are under named columns."""
    return {
        "two_settlement": ledger.two_settlement,
        "wear_usd_mwh": str(ledger.wear_usd_mwh),
        "lines": table(Line, ledger.lines),
        "excluded": table(Excluded, ledger.excluded),
        "restatements": table(Restatement, ledger.restatements),
    }


def from_json(stored: Mapping[str, Any]) -> Ledger:
    """The ledger that `as_json` gave."""
    return Ledger(
        stored["two_settlement"],
        Decimal(stored["wear_usd_mwh"]),
        tuple(Line(**row) for row in rows(stored["lines"])),
        tuple(Excluded(**row) for row in rows(stored["excluded"])),
        tuple(Restatement(**row) for row in rows(stored["restatements"])),
    )


def table(kind: type[Step | Restatement], found: Iterable[Step | Restatement]) -> dict[str, Any]:
    columns = [field.name for field in fields(kind)]
    return {
        "columns": columns,
        "rows": [[written(getattr(one, name)) for name in columns] for one in found],
    }


def rows(stored: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    columns = stored["columns"]
    return [
        {name: read(name, value) for name, value in zip(columns, row, strict=True)}
        for row in stored["rows"]
    ]


def written(value: datetime | Decimal | str | None) -> str | None:
    if isinstance(value, datetime):
        return iso(value)
    return None if value is None else str(value)


def read(name: str, value: str | None) -> datetime | Decimal | str | None:
    if value is None or name in TEXTS:
        return value
    return from_iso(value) if name in TIMES else Decimal(value)
