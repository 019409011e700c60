"""OASIS reports in XML, streamed: one REPORT_ITEM at a time, in any namespace. Pure.

A REPORT_ITEM (one day, node and data item) is read by column, in C. If anything in it is unusual,
it is read row by row, by the tags.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from lxml import etree

from market.intervals import from_iso
from market.markets import Market
from oasis.archive import MIB, Member
from oasis.assembling import Assembler, Row
from oasis.errors import BadAnswer, NotAPriceReport, trouble

LAYOUT = (
    "DATA_ITEM",
    "RESOURCE_NAME",
    "OPR_DATE",
    "INTERVAL_NUM",
    "INTERVAL_START_GMT",
    "INTERVAL_END_GMT",
    "VALUE",
)
COLUMNS = ("DATA_ITEM", "RESOURCE_NAME", "INTERVAL_START_GMT", "INTERVAL_END_GMT", "VALUE")
WANTED = ("{*}REPORT_ITEM", "{*}ERROR", "{*}TimeDate", "{*}MessageHeader")
# A day of five-minute intervals takes 100 kB; what is much larger would only fill the memory.
MOST_BYTES_AN_ITEM = 8 * MIB


class BoundedStream:
    """A member as a file for the parser; refuses a REPORT_ITEM without end."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.since_item = 0

    def read(self, size: int) -> bytes:
        """The next `size` bytes. Raises BadAnswer if an item is too long."""
        piece = self.member.read(size)
        self.since_item += len(piece)
        if self.since_item > MOST_BYTES_AN_ITEM:
            raise BadAnswer(f"{self.member.name} has an item of over {MOST_BYTES_AN_ITEM} bytes")
        return piece


def read_xml(member: Member, assembler: Assembler) -> None:
    """Give every price row of an XML member to `assembler`.

    Raises the error of an OASIS error document, NotAPriceReport for another report, and BadAnswer
    for what is not an OASIS report, has a DOCTYPE, or is cut off.
    """
    stream = BoundedStream(member)
    parser = etree.iterparse(
        stream,
        events=("end",),
        tag=WANTED,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_blank_text=True,
        remove_pis=True,
    )
    try:
        for _, element in parser:
            refuse_doctype(element, member.name)
            read_element(element, member.name, assembler)
            stream.since_item = 0
    except etree.XMLSyntaxError as fault:
        raise BadAnswer(f"{member.name} is not well-formed XML: {fault.msg}") from fault
    refuse_other_documents(parser.root, member.name)


def refuse_doctype(element: Any, name: str) -> None:
    """Raise BadAnswer for a DOCTYPE: OASIS sends none, and its entities would be read as empty."""
    if element.getroottree().docinfo.doctype:
        raise BadAnswer(f"{name} has a DOCTYPE, which no OASIS report has")


def refuse_other_documents(root: Any, name: str) -> None:
    """Raise BadAnswer for XML that is not an OASIS report."""
    if root is None or etree.QName(root).localname != "OASISReport":
        tag = "nothing" if root is None else etree.QName(root).localname
        raise BadAnswer(f"{name} is not an OASIS report but {tag}")
    refuse_doctype(root, name)


def read_element(element: Any, name: str, assembler: Assembler) -> None:
    """One element that matters. Then it and everything before it are freed."""
    match etree.QName(element).localname:
        case "TimeDate":
            assembler.result.made_at = moment(element.text or "") or assembler.result.made_at
            return
        case "MessageHeader":
            pass
        case "ERROR":
            raise trouble(local_text(element, "ERR_CODE"), local_text(element, "ERR_DESC"))
        case _:
            read_item(element, name, assembler)
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def moment(text: str) -> datetime | None:
    """The time that an answer says it was made, or None if it can't be read."""
    try:
        return from_iso(text)
    except ValueError:
        return None


def local_text(element: Any, name: str) -> str:
    """The text of the first descendant called `name` in any namespace, or an empty one."""
    found = element.find(f".//{{*}}{name}")
    return "" if found is None else (found.text or "").strip()


def read_item(element: Any, name: str, assembler: Assembler) -> None:
    """The rows of one REPORT_ITEM: all at once if they are as usual, else one by one."""
    market = market_of(local_text(element, "REPORT"), local_text(element, "MKT_TYPE"), name)
    columns = columns_of(element)
    if columns is not None:
        item, node, starts, ends, values = columns
        moments = partial(assembler.times[market].column, starts, ends)
        if assembler.add_column(market, item, node, moments, values):
            return
    assembler.add(market, rows_of(element, assembler))


def market_of(report: str, market_run: str, name: str) -> Market:
    """The market of a report header. Raises NotAPriceReport for another report."""
    for market in Market:
        if (report, market_run) == (market.report, market.value):
            return market
    raise NotAPriceReport(f"{name} is a {report or 'nameless'} report of {market_run}, not prices")


def columns_of(element: Any) -> tuple[str, str, list[str], list[str], list[str]] | None:
    """Data item, node, and the columns of starts, ends and values of a REPORT_ITEM.

    None if its rows do not have the usual layout, or are of several items or nodes.

    The texts come as one list and are cut into rows of seven. XPath does not check every tag of
    every row: the tags of the first row are checked here, and `Assembler.add_column` refuses
    columns with anything but intervals and numbers.
    """
    shape, count, texts = xpaths(etree.QName(element).namespace)
    if not shape(element):
        return None
    found = texts(element)
    row = element.find("{*}REPORT_DATA")
    tags = () if row is None else tuple(etree.QName(cell).localname for cell in row)
    if tags != LAYOUT or len(found) != len(LAYOUT) * count(element):
        return None
    items, nodes, *columns = (found[LAYOUT.index(column) :: len(LAYOUT)] for column in COLUMNS)
    if len(set(items)) != 1 or len(set(nodes)) != 1:
        return None
    return items[0], nodes[0], *columns


@lru_cache(maxsize=16)
def xpaths(namespace: str | None) -> tuple[Any, Any, Any]:
    """XPaths: whether all rows have seven leaves with VALUE last; how many rows; all texts."""
    prefix = f"{{{namespace}}}" if namespace else ""
    row = f"{prefix}REPORT_DATA"
    last = f"{row}/*[{len(LAYOUT)}][self::{prefix}VALUE]"
    shape = etree.ETXPath(
        f"count({row}/*) = {len(LAYOUT)} * count({row}) and not({row}/*/*)"
        f" and count({last}) = count({row})"
    )
    texts = etree.ETXPath(f"{row}/*/text()", smart_strings=False)
    return shape, etree.ETXPath(f"count({row})"), texts


def rows_of(element: Any, assembler: Assembler) -> Iterator[Row]:
    """The rows one by one, by their tags. A row that lacks a column is rejected alone."""
    for data in element.iterchildren("{*}REPORT_DATA"):
        texts = [[child.text or "" for child in data.iterchildren(f"{{*}}{c}")] for c in COLUMNS]
        odd = [column for column, found in zip(COLUMNS, texts, strict=True) if len(found) != 1]
        if odd:
            assembler.result.rows += 1
            where = " ".join(found[0] for found in texts[:3] if found)
            assembler.result.reject(where or "a row", f"no single {odd[0]}")
            continue
        item, node, start, end, value = (found[0] for found in texts)
        yield item, node, start, end, value
