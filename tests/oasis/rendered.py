"""OASIS answers written by the tests, as in the specification and the recordings."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from market.markets import Market
from oasis.published import Answer, PublishedPrice
from oasis.report import read_archive, read_file
from tests.conftest import utc

XSD = "http://www.caiso.com/soa/OASISReport_v{}.xsd"
REPORTS = {"DAM": "PRC_LMP", "RTPD": "PRC_RTPD_LMP", "RTM": "PRC_INTVL_LMP"}
SECONDS = {"DAM": 3600, "RTPD": 900, "RTM": 300}
HUB = "TH_SP15_GEN-APND"
START = utc("2026-11-24 08:00")


class Row(NamedTuple):
    """One REPORT_DATA, or one line of CSV."""

    item: str
    node: str
    start: str
    end: str
    value: str


@dataclass(frozen=True)
class Style:
    """What differs between valid answers: namespace, prefix, rows in an item."""

    namespace: str | None = XSD.format(1)
    prefix: str = ""
    rows_an_item: int = 24


def stamp(moment: datetime) -> str:
    """A moment as OASIS writes it: 2026-11-24T08:00:00-00:00."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}-00:00"


def number(value: Decimal) -> str:
    """A price as OASIS writes it: up to five decimals, 0 for zero."""
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def price(
    *parts: str,
    market: Market = Market.DAM,
    node: str = HUB,
    start: datetime = START,
) -> PublishedPrice:
    """A price from energy, congestion, loss and perhaps GHG; the LMP is their sum."""
    energy, congestion, loss, *ghg = map(Decimal, parts or ("40", "2.5", "-1.25"))
    lmp = sum((energy, congestion, loss, *ghg), Decimal(0))
    return PublishedPrice(
        node, market, start, lmp, energy, congestion, loss, ghg[0] if ghg else None
    )


def rows_of(*prices: PublishedPrice) -> list[Row]:
    """Four or five rows for each price."""
    rows = []
    for one in prices:
        end = one.interval_start + timedelta(seconds=SECONDS[one.market])
        items = {
            "LMP_PRC": one.lmp,
            "LMP_ENE_PRC": one.energy,
            "LMP_CONG_PRC": one.congestion,
            "LMP_LOSS_PRC": one.loss,
            "LMP_GHG_PRC": one.ghg,
        }
        rows += [
            Row(item, one.node, stamp(one.interval_start), stamp(end), number(value))
            for item, value in items.items()
            if value is not None
        ]
    return rows


def xml(
    rows: Sequence[Row],
    market: str = "DAM",
    *,
    style: Style = Style(),
    report: str | None = None,
) -> bytes:
    """An OASISReport with these rows."""
    size = style.rows_an_item
    items = [rows[at : at + size] for at in range(0, len(rows), size)]
    return document("".join(xml_item(item, market, report) for item in items), style)


def document(content: str, style: Style = Style()) -> bytes:
    """A document around items; adds the prefixes that `content` does not have."""
    text = (
        "<MessageHeader><TimeDate>2026-11-23T20:58:01-00:00</TimeDate><Source>OASIS</Source>"
        "<Version>v20131201</Version></MessageHeader><MessagePayload><RTO><name>CAISO</name>"
        f"{content}<DISCLAIMER_ITEM><DISCLAIMER>The contents &amp; such.</DISCLAIMER>"
        "</DISCLAIMER_ITEM></RTO></MessagePayload>"
    )
    declared = ""
    if style.namespace:
        declared = f' xmlns{":" if style.prefix else ""}{style.prefix}="{style.namespace}"'
    text = f"<OASISReport{declared}>{text}</OASISReport>"
    if style.prefix:
        text = text.replace("</", "\0").replace("<", f"<{style.prefix}:")
        text = text.replace("\0", f"</{style.prefix}:")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def xml_item(rows: Iterable[Row], market: str = "DAM", report: str | None = None) -> str:
    """One REPORT_ITEM."""
    header = (
        "<REPORT_HEADER><SYSTEM>OASIS</SYSTEM><TZ>PPT</TZ>"
        f"<REPORT>{REPORTS[market] if report is None else report}</REPORT>"
        f"<MKT_TYPE>{market}</MKT_TYPE><UOM>US$/MWh</UOM><INTERVAL>ENDING</INTERVAL>"
        f"<SEC_PER_INTERVAL>{SECONDS.get(market, 3600)}</SEC_PER_INTERVAL></REPORT_HEADER>\n"
    )
    return f"<REPORT_ITEM>{header}{''.join(map(xml_data, rows))}</REPORT_ITEM>\n"


def xml_data(row: Row) -> str:
    """One REPORT_DATA."""
    return (
        f"<REPORT_DATA><DATA_ITEM>{row.item}</DATA_ITEM><RESOURCE_NAME>{row.node}</RESOURCE_NAME>"
        f"<OPR_DATE>{row.start[:10]}</OPR_DATE><INTERVAL_NUM>1</INTERVAL_NUM>\n"
        f"<INTERVAL_START_GMT>{row.start}</INTERVAL_START_GMT>"
        f"<INTERVAL_END_GMT>{row.end}</INTERVAL_END_GMT><VALUE>{row.value}</VALUE></REPORT_DATA>\n"
    )


def csv(rows: Iterable[Row], market: str = "DAM", *, column: str = "MW") -> bytes:
    """Rows as CSV; `column` is the name of the price column."""
    head = (
        "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,NODE_ID_XML,NODE_ID,NODE,"
        f"MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,{column},"
        "OPR_INTERVAL,GROUP"
    )
    lines = [
        f"{row.start},{row.end},{row.start[:10]},1,{row.node},{row.node},{row.node},"
        f"{market},LMP,{row.item},{row.node},ALL_APNODES,0,{row.value},0,1"
        for row in rows
    ]
    return "\n".join([head, *lines, ""]).encode()


def error(code: str, text: str = "some words", *, prefix: str = "m") -> bytes:
    """An error document, as in the recordings."""
    content = f"<ERROR><ERR_CODE>{code}</ERR_CODE><ERR_DESC>{text}</ERR_DESC></ERROR>"
    return document(content, Style(prefix=prefix))


def zipped(*contents: bytes, name: str = "20261124_20261124_PRC_LMP_DAM_v1.xml") -> bytes:
    """Members in a zip, deflated as by OASIS."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, content in enumerate(contents):
            archive.writestr(f"{place}_{name}" if place else name, content)
    return target.getvalue()


def read(*contents: bytes, nodes: Sequence[str] | None = None) -> Answer:
    """These members read as one zip."""
    return read_archive(zipped(*contents), nodes=nodes)


def read_plain(content: bytes) -> Answer:
    """A file read that is not a zip."""
    return read_file("the file", content)


def cents(most: int) -> st.SearchStrategy[Decimal]:
    """Numbers with five decimals within ±most."""
    places = st.integers(-most * 100_000, most * 100_000)
    return st.one_of(st.just(Decimal(0)), places.map(lambda units: Decimal(units).scaleb(-5)))


MOMENTS = st.integers(0, 1_000_000_000_000).map(  # milliseconds: until December 2040
    lambda passed: utc("2009-04-01") + timedelta(milliseconds=passed)
)
NODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=1, max_size=20)
STYLES = st.builds(
    Style,
    namespace=st.sampled_from([XSD.format(version) for version in range(1, 9)]),
    prefix=st.sampled_from(["", "m", "ns0"]),
    rows_an_item=st.integers(1, 40),
) | st.builds(Style, namespace=st.none(), rows_an_item=st.integers(1, 40))


@st.composite
def reports(draw: st.DrawFn) -> tuple[Market, list[PublishedPrice], list[Row]]:
    """A market, prices of it, and their rows in any order."""
    market = draw(st.sampled_from(Market))
    length = timedelta(seconds=SECONDS[market])
    first = utc("2009-04-01 07:00") + draw(st.integers(0, 3_000_000)) * length
    prices = []
    for node in draw(st.lists(NODES, min_size=1, max_size=3, unique=True)):
        for step in sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=5))):
            ghg = draw(st.none() | cents(50))
            parts = [draw(cents(2000)), draw(cents(2000)), draw(cents(200))]
            lmp = sum(parts, ghg or Decimal(0))
            prices.append(PublishedPrice(node, market, first + step * length, lmp, *parts, ghg))
    return market, prices, draw(st.permutations(rows_of(*prices)))
