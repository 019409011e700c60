"""Answers whose rows are wrong, which ingest must notice and reject."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from simulator.groups import Group, Row
from simulator.prices import FIVE_PLACES, price_text
from simulator.reports import LMP, MGHG

RowFault = Callable[[Iterator[Group]], Iterator[Group]]


def _duplicated(groups: Iterator[Group]) -> Iterator[Group]:
    for group in groups:
        yield replace(group, rows=[*group.rows, *group.rows])


def _conflicting(groups: Iterator[Group]) -> Iterator[Group]:
    for group in groups:
        yield replace(group, rows=[*group.rows, *(_moved(row, "10") for row in group.rows)])


def _unequal_sums(groups: Iterator[Group]) -> Iterator[Group]:
    """LMPs that are not the sum of their components."""
    for group in groups:
        rows = group.rows
        if group.item is LMP:
            rows = [_moved(_stretched(row, "1.05"), "0.5") for row in rows]
        yield replace(group, rows=rows)


def _near_sums(groups: Iterator[Group]) -> Iterator[Group]:
    """LMPs that miss the sum of their components by little, but by more than rounding."""
    for group in groups:
        rows = [_stretched(row, "1.005") for row in group.rows] if group.item is LMP else group.rows
        yield replace(group, rows=rows)


def _not_numbers(groups: Iterator[Group]) -> Iterator[Group]:
    """NaN for every third value, from the first on."""
    for group in groups:
        rows = [(s, "NaN" if n % 3 == 0 else value) for n, (s, value) in enumerate(group.rows)]
        yield replace(group, rows=rows)


def _without_ghg(groups: Iterator[Group]) -> Iterator[Group]:
    return (group for group in groups if group.item is not MGHG)


def _moved(row: Row, by: str) -> Row:
    return row[0], price_text(Decimal(row[1]) + Decimal(by))


def _stretched(row: Row, times: str) -> Row:
    return row[0], price_text((Decimal(row[1]) * Decimal(times)).quantize(FIVE_PLACES))


ROW_FAULTS: Mapping[str, RowFault] = {
    "duplicates": _duplicated,
    "conflicts": _conflicting,
    "bad_sums": _unequal_sums,
    "near_sums": _near_sums,
    "nan": _not_numbers,
    "no_ghg": _without_ghg,
}
