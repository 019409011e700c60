"""OASIS reports in CSV (resultformat=6), streamed row by row. Pure."""

import csv
import io
from collections.abc import Iterator
from itertools import groupby

from market.markets import Market
from oasis.archive import Member
from oasis.assembling import Assembler, Row
from oasis.errors import BadAnswer, NotAPriceReport

# The price column is MW for DAM, PRC for RTPD, and for RTM MW at version 1 but VALUE at 2 and 3.
PRICE_COLUMNS = ("MW", "PRC", "VALUE")
NEEDED = ("XML_DATA_ITEM", "NODE", "INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT")
MARKET_COLUMN = "MARKET_RUN_ID"
LONGEST_LINE = 64 * 1024


def read_csv(member: Member, assembler: Assembler) -> None:
    """Give every price row of a CSV member to `assembler`.

    Raises NotAPriceReport for another report or what is not text, BadAnswer for a damaged one.
    """
    text = io.TextIOWrapper(io.BufferedReader(member), "utf-8-sig", newline="")  # type: ignore[type-var]
    try:
        reader = csv.reader(lines(text, member.name), strict=True)
        head, price_column = head_of(reader, member.name)
        read_rows(reader, head, price_column, assembler)
    except UnicodeDecodeError as fault:
        raise BadAnswer(f"{member.name} is not text: {fault}") from fault
    except csv.Error as fault:
        raise BadAnswer(f"{member.name} is not valid CSV: {fault}") from fault
    finally:
        text.detach()


def lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """The lines of a text. Raises BadAnswer for an overlong one, which would fill the memory."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise BadAnswer(f"{name} holds a line of over {LONGEST_LINE} characters")
        yield line


def head_of(reader: Iterator[list[str]], name: str) -> tuple[list[str], str]:
    """The header, and the name of the price column.

    Raises NotAPriceReport if there is no single one, naming the data item of the first row.
    """
    try:
        head = next(reader, [])
    except UnicodeDecodeError as fault:
        raise NotAPriceReport(f"{name} is not text: {fault}") from fault
    prices = [column for column in PRICE_COLUMNS if column in head]
    if all(column in head for column in (*NEEDED, MARKET_COLUMN)) and len(prices) == 1:
        return head, prices[0]
    row = dict(zip(head, next(reader, []), strict=False))
    what = row.get("XML_DATA_ITEM") or (head[0][:40] if head else "nothing")
    raise NotAPriceReport(f"{name} holds {what}, not prices")


def read_rows(
    rows: Iterator[list[str]], head: list[str], price_column: str, assembler: Assembler
) -> None:
    """Give the rows to `assembler` by market. Other market runs and cut rows are rejected."""
    market_at = head.index(MARKET_COLUMN)
    places = [head.index(column) for column in (*NEEDED, price_column)]

    def run_of(row: list[str]) -> str:
        return row[market_at] if len(row) == len(head) else ""

    for run, group in groupby(rows, key=run_of):
        if run in Market.__members__:
            assembler.add(Market(run), picked(group, places))
        else:
            reject_all(group, f"market run {run!r}" if run else "cut short", assembler)


def picked(rows: Iterator[list[str]], places: list[int]) -> Iterator[Row]:
    """(data item, node, start, end, value) of each row."""
    item, node, start, end, value = places
    for row in rows:
        yield row[item], row[node], row[start], row[end], row[value]


def reject_all(rows: Iterator[list[str]], reason: str, assembler: Assembler) -> None:
    """Reject rows, except blank lines."""
    for row in rows:
        if row:
            assembler.result.rows += 1
            assembler.result.reject(",".join(row)[:80], reason)
