"""Whole lines of CSV, read by column: the work on each row is done in C. Pure."""

from collections.abc import Sequence
from itertools import compress, count, pairwise, repeat
from operator import ne
from typing import NamedTuple

from market.markets import Market
from oasis.assembling import Assembler

# OASIS writes runs of 24 to 288 rows. Short ones are faster read row by row.
LEAST_ROWS_A_RUN = 4


class Layout(NamedTuple):
    """How many columns a report has, and where those that matter are."""

    width: int
    market: int
    item: int
    node: int
    start: int
    end: int
    value: int


class Columns(NamedTuple):
    """The columns that matter."""

    markets: list[str]
    items: list[str]
    nodes: list[str]
    starts: list[str]
    ends: list[str]
    values: list[str]


def add_block(block: str, layout: Layout, assembler: Assembler) -> bool:
    """Add the rows of whole lines. False if any is unusual: then nothing is added."""
    columns = columns_of(block, layout)
    if columns is None or columns.markets[0] not in Market.__members__:
        return False
    market = Market(columns.markets[0])
    bounds = run_bounds(columns)
    if bounds is None:
        return False
    for first, end in pairwise(bounds):
        item, node, rows = columns.items[first], columns.nodes[first], slice(first, end)
        cells = columns.starts[rows], columns.ends[rows], columns.values[rows]
        if not assembler.add_column(market, item, node, *cells):
            assembler.add(market, zip(repeat(item), repeat(node), *cells, strict=False))
    return True


def columns_of(block: str, layout: Layout) -> Columns | None:
    """The columns that matter, or None if a line has quotes or not as many cells as the header.

    Cut at the commas alone, the last cell of a line keeps the line's end. So each line has as
    many cells as the header if all ends are in cells that should be the last.
    """
    text = block.replace("\r\n", "\n") if "\r" in block else block
    if '"' in text or "\r" in text:
        return None
    text = text if text.endswith("\n") else text + "\n"
    cut = text.replace("\n", "\n,")
    lines, cells = len(cut) - len(text), cut.split(",")
    last = "".join(cells[layout.width - 1 :: layout.width])
    if len(cells) != lines * layout.width + 1 or last.count("\n") != lines:
        return None
    columns = Columns._make(cells[place : -1 : layout.width] for place in layout[1:])
    return columns if layout.width - 1 not in layout[1:] else without_ends(columns)


def without_ends(columns: Columns) -> Columns:
    """The columns, one of which is the last of its lines, without the ends of the lines."""
    return Columns._make([cell.removesuffix("\n") for cell in cells] for cells in columns)


def run_bounds(columns: Columns) -> list[int] | None:
    """Where the runs of rows of one data item of one node begin, and where the last one ends.

    None if they are short, or the rows are of several markets.
    """
    names: Sequence[object] = columns.items
    if not all_equal(columns.nodes):
        names = list(zip(columns.items, columns.nodes, strict=True))
    changes = compress(count(1), map(ne, names, names[1:]))
    bounds = [0, *changes, len(names)]
    is_short = len(bounds) * LEAST_ROWS_A_RUN > len(names)
    return None if is_short or not all_equal(columns.markets) else bounds


def all_equal(cells: Sequence[str]) -> bool:
    return cells.count(cells[0]) == len(cells)
