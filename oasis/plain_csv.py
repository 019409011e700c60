"""Prices from elsewhere than OASIS in plain CSV: a header, then a line for each price. Pure.

    market,node,interval_start,lmp,energy,congestion,loss,ghg
    RTPD,TH_SP15_GEN-APND,2024-01-01T08:00:00Z,41.25,42.5,-2,0.75,

The columns may be in any order. Those of components may be left out, or cells in them empty: such a
component is not known. Times have their offset; prices are in $/MWh.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Protocol

from market.intervals import is_start
from market.markets import Market
from oasis.assembling import FIVE_PLACES, LONGEST_NAME, Assembler
from oasis.completing import NAMES
from oasis.errors import BadAnswer
from oasis.interval_times import moment_of
from oasis.published import COMPONENTS, PublishedPrice, checked_as_given

NEEDED = ("market", "node", "interval_start", "lmp")
COLUMNS = (*NEEDED, *COMPONENTS)
NODE, LMP = COLUMNS.index("node"), COLUMNS.index("lmp")
# A header with this many of the needed columns is meant as one.
TELLING = 2
# What OASIS calls a node. Django's own check of the name accepts no other.
NODE_NAME = re.compile(r"[._-]*[A-Z0-9][A-Z0-9._-]*")
# Decimal itself accepts NaN, 1e99, 1_000 and the digits of every script. Programs that keep prices
# as floats write up to 20 decimals; those beyond the fifth are rounded off, half to even.
NUMBER = re.compile(r"-?[0-9]{1,6}(?:\.([0-9]{1,20}))?")
PLACES = 5
ZERO = Decimal(0)
# The nodal market's first operating date was 2009-04-01: what is older is a slip of the pen.
FIRST = datetime(2009, 4, 1, 7, tzinfo=UTC)
# At some 450 bytes each until they are stored.
MOST_PRICES = 1_000_000


class BadLine(Exception):
    """A line that gives no price, and why."""


class LineReader(Protocol):
    """What `csv.reader` makes."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


def is_plain(head: Sequence[str]) -> bool:
    """Whether a header is, or was meant to be, that of a plain file."""
    return sum(column in head for column in NEEDED) >= TELLING


def read_plain(head: Sequence[str], rows: LineReader, name: str, assembler: Assembler) -> None:
    """Give the price of each line to `assembler`. What is wrong with a line is a rejection.

    Raises BadAnswer for a wrong header, for what is no CSV, and for more prices than memory should
    hold.
    """
    refuse_header(head, name)
    try:
        read_rows(rows, head, name, assembler)
    except csv.Error as fault:
        raise BadAnswer(f"{name} is not valid CSV in line {rows.line_num}: {fault}") from fault


def read_rows(rows: LineReader, head: Sequence[str], name: str, assembler: Assembler) -> None:
    """Give the price of each row to `assembler`, or say what is wrong with it."""
    result, cells = assembler.result, layout_of(head)
    for row in rows:
        if is_blank(row):
            continue
        result.rows += 1
        try:
            add(row, len(head), cells, assembler)
        except BadLine as fault:
            result.reject(f"line {rows.line_num} of {name}", str(fault))


def refuse_header(head: Sequence[str], name: str) -> None:
    """Raise BadAnswer unless each column is there that is needed, and none twice or unknown."""
    faults = [f"has no {column}" for column in NEEDED if column not in head]
    faults += [f"has {c} twice" for c in dict.fromkeys(head) if head.count(c) > 1]
    faults += [f"has {c[:40]!r}, which is none of ours" for c in head if c not in COLUMNS]
    if faults:
        raise BadAnswer(f"the header of {name} {faults[0]}; columns are {', '.join(COLUMNS)}")


def layout_of(head: Sequence[str]) -> "itemgetter[tuple[str, ...]]":
    """Picks the cells of all `COLUMNS` from a row that ends in an empty cell more."""
    places = [head.index(column) if column in head else len(head) for column in COLUMNS]
    return itemgetter(*places)  # type: ignore[arg-type]


def is_blank(row: Sequence[str]) -> bool:
    return not row or (len(row) == 1 and not row[0].strip())


def add(
    row: list[str], width: int, cells: "itemgetter[tuple[str, ...]]", assembler: Assembler
) -> None:
    """Give one price to `assembler`, if its node is wanted. Raises BadLine."""
    if len(row) != width:
        raise BadLine(f"{len(row)} field{'' if len(row) == 1 else 's'} instead of {width}")
    texts = cells([*row, ""])
    node = texts[NODE]
    if len(node) > LONGEST_NAME or not NODE_NAME.fullmatch(node):
        raise BadLine(f"{node[:80]!r} is not the name of a node as OASIS writes it")
    if assembler.wanted(node):
        keep(price_of(texts), assembler)


def price_of(texts: Sequence[str]) -> PublishedPrice:
    """The price in the cells of all `COLUMNS`. Raises BadLine."""
    name, node, start, *values = texts
    if name not in Market.__members__:
        raise BadLine(f"{name[:40]!r} is no market: {', '.join(Market)}")
    market = Market(name)
    if not values[0]:
        raise BadLine("no LMP")
    prices = map(number, NAMES, values)
    price = PublishedPrice._make((node, market, start_of(start, market), *prices, True))
    found = checked_as_given(price)
    if isinstance(found, str):
        raise BadLine(found)
    return found


def start_of(text: str, market: Market) -> datetime:
    """An interval start. Raises BadLine."""
    moment = moment_of(text)
    if isinstance(moment, str):
        raise BadLine(moment)
    if moment < FIRST:
        raise BadLine(f"{text[:40]!r} is before the market began")
    if not is_start(moment, market):
        raise BadLine(f"{market} has no interval that starts at {text[:40]}")
    return moment


def number(name: str, text: str) -> Decimal | None:
    """A price to five decimals; None if it is not given. Raises BadLine."""
    if not text:
        return None
    match = NUMBER.fullmatch(text)
    if match is None:
        raise BadLine(f"{name} is {text[:40]!r}, not a number")
    exact = Decimal(text)
    rounded = exact.quantize(FIVE_PLACES) if len(match[1] or "") > PLACES else exact
    return rounded or ZERO  # never -0


def keep(price: PublishedPrice, assembler: Assembler) -> None:
    """Keep a price. Raises BadLine if its interval has another one: then it has none."""
    prices = assembler.plain[price.market, price.node]
    before = len(prices)
    held = prices.setdefault(price.interval_start, price)
    if len(prices) > before:
        count_kept(assembler)
    elif held != price:
        prices[price.interval_start] = None
        raise BadLine(f"{interval_text(price)} {other(held, price)}")


def count_kept(assembler: Assembler) -> None:
    """Count a price that stays in memory. Raises BadAnswer if they are too many."""
    assembler.kept += 1
    if assembler.kept > MOST_PRICES:
        many = f"more than {MOST_PRICES:,} prices"
        raise BadAnswer(f"{many}: choose some of the nodes, or cut the file into several")


def interval_text(price: PublishedPrice) -> str:
    return f"{price.market} {price.node} {price.interval_start:%Y-%m-%dT%H:%MZ}"


def other(held: PublishedPrice | None, price: PublishedPrice) -> str:
    """How a price differs from one of the same interval; None: from several."""
    if held is None:
        return "has different prices before"
    values = zip(NAMES, held[3:8], price[3:8], strict=True)
    name, was, is_now = next(one for one in values if one[1] != one[2])
    return f"has two prices: {name} {said(was)} before and {said(is_now)} here"


def said(value: Decimal | None) -> str:
    return "not given" if value is None else str(value)
