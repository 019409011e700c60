"""CSV, streamed: OASIS reports (resultformat=6), and plain files (`oasis.plain_csv`). Pure.

The text is cut into blocks of whole lines, and what is as usual in a block is read by column
(`oasis.csv_runs`). The rest is read row by row.
"""

import csv
import io
from collections.abc import Iterator
from itertools import chain, groupby

from market.markets import Market
from oasis.archive import Member
from oasis.assembling import Assembler, Row
from oasis.csv_runs import Layout, RunReader
from oasis.errors import BadAnswer, NotAPriceReport
from oasis.plain_csv import is_plain, read_plain

# The price column is MW for DAM, PRC for RTPD, and for RTM MW at version 1 but VALUE at 2 and 3.
PRICE_COLUMNS = ("MW", "PRC", "VALUE")
NEEDED = (
    "MARKET_RUN_ID",
    "XML_DATA_ITEM",
    "NODE",
    "INTERVALSTARTTIME_GMT",
    "INTERVALENDTIME_GMT",
)
NAMES = ("NODE_ID_XML", "NODE_ID", *NEEDED[:3])
LONGEST_LINE = 64 * 1024
# No line that begins and ends in what is read at once can be overlong.
A_BLOCK = LONGEST_LINE - 1


def read_csv(member: Member, assembler: Assembler) -> None:
    """Give every price row of a CSV member to `assembler`.

    Raises NotAPriceReport for another report or what is not text, BadAnswer for a damaged one or
    a plain file with a wrong header.
    """
    text = io.TextIOWrapper(member, "utf-8-sig", newline="")
    try:
        reader = csv.reader(lines(text, member.name), strict=True)
        head = header(reader, member.name)
        if is_plain(head):
            read_plain(head, reader, member.name, assembler)
            return
        layout = layout_of(head, reader, member.name)
        runs = RunReader(layout, assembler)
        for block in blocks(text, member.name):
            for unread in runs.unread(block):
                read_rows(rows_of(unread, text, member.name), layout, assembler)
    except UnicodeDecodeError as fault:
        raise BadAnswer(f"{member.name} is not text: {fault}") from fault
    except csv.Error as fault:
        raise BadAnswer(f"{member.name} is not valid CSV: {fault}") from fault
    finally:
        text.detach()


def blocks(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """A text in blocks of whole lines. Raises BadAnswer for an overlong line."""
    while block := text.read(A_BLOCK):
        yield block if block.endswith("\n") else block + rest_of_line(block, text, name)


def rest_of_line(block: str, text: io.TextIOWrapper, name: str) -> str:
    """What the last line of a block lacks. Raises BadAnswer if it is overlong then."""
    rest = text.readline(LONGEST_LINE)
    begun = len(block) - 1 - max(block.rfind("\n"), block.rfind("\r"))
    refuse_overlong(begun + len(rest), name)
    return rest


def lines(text: io.TextIOBase, name: str) -> Iterator[str]:
    """The lines of a text. Raises BadAnswer for an overlong one, which would fill the memory."""
    while line := text.readline(LONGEST_LINE):
        refuse_overlong(len(line), name)
        yield line


def refuse_overlong(length: int, name: str) -> None:
    if length >= LONGEST_LINE:
        raise BadAnswer(f"{name} holds a line of over {LONGEST_LINE} characters")


def header(reader: Iterator[list[str]], name: str) -> list[str]:
    """The names of the columns. Raises NotAPriceReport for what is not text."""
    try:
        return next(reader, [])
    except UnicodeDecodeError as fault:
        raise NotAPriceReport(f"{name} is not text: {fault}") from fault


def layout_of(head: list[str], reader: Iterator[list[str]], name: str) -> Layout:
    """Where the header has the columns that matter.

    Raises NotAPriceReport if there is no single price column, naming the data item of the first
    row.
    """
    prices = [column for column in PRICE_COLUMNS if column in head]
    if all(column in head for column in NEEDED) and len(prices) == 1:
        names = min(head.index(column) for column in NAMES if column in head)
        return Layout(len(head), names, *map(head.index, (*NEEDED, prices[0])))
    row = dict(zip(head, next(reader, []), strict=False))
    what = row.get("XML_DATA_ITEM") or (head[0][:40] if head else "nothing")
    raise NotAPriceReport(f"{name} holds {what}, not prices")


def rows_of(block: str, text: io.TextIOWrapper, name: str) -> Iterator[list[str]]:
    """The rows of a block. If it has quotes, a row may go on in the next: then the rows of all
    that follows, too."""
    found = lines(io.StringIO(block, newline=""), name)
    return csv.reader(chain(found, lines(text, name)) if '"' in block else found, strict=True)


def read_rows(rows: Iterator[list[str]], layout: Layout, assembler: Assembler) -> None:
    """Give the rows to `assembler` by market. Other market runs and cut rows are rejected."""

    def run_of(row: list[str]) -> str:
        return row[layout.market] if len(row) == layout.width else ""

    for run, group in groupby(rows, key=run_of):
        if run in Market.__members__:
            assembler.add(Market(run), picked(group, layout))
        else:
            reject_all(group, f"market run {run!r}" if run else "cut short", assembler)


def picked(rows: Iterator[list[str]], layout: Layout) -> Iterator[Row]:
    """(data item, node, start, end, value) of each row."""
    *_, item, node, start, end, value = layout
    for row in rows:
        yield row[item], row[node], row[start], row[end], row[value]


def reject_all(rows: Iterator[list[str]], reason: str, assembler: Assembler) -> None:
    """Reject rows, except blank lines."""
    for row in rows:
        if row:
            assembler.result.rows += 1
            assembler.result.reject(",".join(row)[:80], reason)
