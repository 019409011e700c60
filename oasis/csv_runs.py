"""Runs of CSV lines that differ in nothing but time and price, read by column, in C. Pure.

OASIS writes the rows of one data item of one node together, 24 to 288 of them. Before the names
in a line stand its times, which other runs have too, and after them its price.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import repeat
from typing import NamedTuple

from market.markets import Market
from oasis.assembling import Assembler
from oasis.interval_times import starts_of

# Looking for all that lines have in common takes longer than cutting them at its beginning.
SOUGHT = 14
# Shorter runs are faster read row by row, and a block of them is not searched for runs all along.
LEAST_LINES, MOST_SHORT_RUNS = 4, 3


class Layout(NamedTuple):
    """How many columns a report has, where those that matter are, and where the names begin."""

    width: int
    names: int
    market: int
    item: int
    node: int
    start: int
    end: int
    value: int

    @property
    def is_usual(self) -> bool:
        """Whether the times come first, then the names, then the value."""
        last = max(self.market, self.item, self.node)
        return max(self.start, self.end) < self.names and last < self.value


class RunReader:
    """Gives runs of lines to `assembler`. Knows what the beginnings of lines mean, by market."""

    def __init__(self, layout: Layout, assembler: Assembler) -> None:
        self.layout = layout
        self.assembler = assembler
        self.known: dict[Market, dict[str, datetime]] = {market: {} for market in Market}

    def unread(self, block: str) -> Iterator[str]:
        """Reads the runs of a block of whole lines, and gives what is not as usual, in order."""
        if not self.layout.is_usual or any(odd in block for odd in '"\r'):
            yield block
            return
        at = short = 0
        while at < len(block) and short < MOST_SHORT_RUNS:
            line, names = first_line(block, at, self.layout)
            end = end_of_run(block, at, at + len(line) + 1, names)
            is_short = end - at < LEAST_LINES * len(line)
            if is_short or not self.read(block[at:end], line.split(","), names):
                yield block[at:end]
            short += is_short
            at = end
        if at < len(block):
            yield block[at:]

    def read(self, run: str, cells: Sequence[str], names: str) -> bool:
        """Read a run, of whose first line these are the cells. False if nothing is added."""
        where = self.layout
        if len(cells) != where.width or cells[where.market] not in Market.__members__:
            return False
        found = parted(run, names, where.width - where.value)
        if found is None:
            return False
        heads, values = found
        market, node = Market(cells[where.market]), cells[where.node]
        # Times of other nodes are not read, but a line too long or too short is none of theirs.
        if not self.assembler.wanted(node) and not have_commas(heads, where.names - 1):
            return False

        def starts() -> list[datetime] | None:
            return starts_of(heads, self.known[market], market, self.times)

        return self.assembler.add_column(market, cells[where.item], node, starts, values)

    def times(self, heads: Sequence[str]) -> tuple[list[str], list[str]] | None:
        """The starts and ends in what stands before the names; None if not as in the header."""
        rows = [head.split(",") for head in heads]
        if set(map(len, rows)) != {self.layout.names}:
            return None
        start, end = self.layout.start, self.layout.end
        return [row[start] for row in rows], [row[end] for row in rows]


def first_line(block: str, at: int, layout: Layout) -> tuple[str, str]:
    """A line, and its names between commas."""
    end = block.find("\n", at)
    line = block[at:] if end < 0 else block[at:end]
    return line, ",".join(["", *line.split(",")[layout.names : layout.value], ""])


def end_of_run(block: str, first: int, following: int, names: str) -> int:
    """Where the last line with these names ends that follows the first.

    The search goes twice as far each time the names are still there: it takes no longer than
    reading the run, however much follows.
    """
    if names not in block[following : block.find("\n", following) + 1]:
        return following
    line = following - first
    until = following + 4 * line
    last = block.rfind(names, first, until)
    while until < len(block) and last > until - 2 * line:
        until += until - first
        last = block.rfind(names, last, until)
    return (block.find("\n", last) + 1) or len(block)


def parted(run: str, names: str, width: int) -> tuple[Sequence[str], Sequence[str]] | None:
    """What stands before the names, and the value after them, of each line.

    None unless each line has the names once, and `width` cells after them.
    """
    run = run.removesuffix("\n")
    lines = run.split("\n")
    count = len(lines)
    sought, others = names[:SOUGHT], names[SOUGHT:]
    heads, _, rests = zip(*map(str.partition, lines, repeat(sought)), strict=True)
    # Each but the last tail ends in its line's end: where that is tells how many cells it has.
    tails = list(map(str.removeprefix, rests, repeat(others)))
    text = "\n,".join(tails)
    cells = text.split(",")
    if len(run) != len("".join(heads)) + count * len(names) + len(text) - (count - 1):
        return None
    if len(cells) != count * width or "".join(cells[width - 1 :: width]).count("\n") != count - 1:
        return None
    return heads, tails if width == 1 else cells[::width]


def have_commas(heads: Sequence[str], count: int) -> bool:
    return set(map(str.count, heads, repeat(","))) == {count}
