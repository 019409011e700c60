"""A price report as XML, line for line like OASIS, with one REPORT_ITEM per group."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from simulator.groups import Group
from simulator.reports import Report

# The schema numbers of versions beyond 1 are guesses.
SCHEMAS = {1: 1, 2: 2, 3: 3, 12: 8}

# No line break between the XML declaration and the root, as in the recording of 2021.
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?><OASISReport \
xmlns="http://www.caiso.com/soa/OASISReport_v{schema}.xsd">
<MessageHeader>
<TimeDate>{time}</TimeDate>
<Source>OASIS</Source>
<Version>v20131201</Version>
</MessageHeader>
<MessagePayload>
<RTO>
<name>CAISO</name>
"""
_ITEM_HEAD = """\
<REPORT_ITEM>
<REPORT_HEADER>
<SYSTEM>OASIS</SYSTEM>
<TZ>PPT</TZ>
<REPORT>{report}</REPORT>
<MKT_TYPE>{market}</MKT_TYPE>
<UOM>US$/MWh</UOM>
<INTERVAL>ENDING</INTERVAL>
<SEC_PER_INTERVAL>{seconds}</SEC_PER_INTERVAL>
</REPORT_HEADER>
"""
_FOOT = """\
<DISCLAIMER_ITEM>
<DISCLAIMER>The contents of these pages are subject to change without notice.  \
Decisions based on information contained within the California ISO's web site are \
the visitor's sole responsibility.</DISCLAIMER>
</DISCLAIMER_ITEM>
</RTO>
</MessagePayload>
</OASISReport>
"""


def report_xml(
    report: Report, version: int, groups: Iterable[Group], now: datetime
) -> Iterator[bytes]:
    time = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")
    yield _HEAD.format(schema=SCHEMAS[version], time=time).encode()
    for group in groups:
        yield _report_item(report, group).encode()
    yield _FOOT.encode()


def _report_item(report: Report, group: Group) -> str:
    head = _ITEM_HEAD.format(
        report=report.name, market=report.market, seconds=report.market.seconds
    )
    return head + "".join(_rows(group, by_hour=report.market.seconds == 3600)) + "</REPORT_ITEM>\n"


def _rows(group: Group, *, by_hour: bool) -> Iterator[str]:
    """INTERVAL_NUM is the hour day-ahead, and the interval's number in its day in real time."""
    start = (
        f"<REPORT_DATA>\n<DATA_ITEM>{group.item.data_item}</DATA_ITEM>\n"
        f"<RESOURCE_NAME>{group.node}</RESOURCE_NAME>\n"
        f"<OPR_DATE>{group.opr_date}</OPR_DATE>\n<INTERVAL_NUM>"
    )
    for slot, value in group.rows:
        yield (
            f"{start}{slot.opr_hr if by_hour else slot.ordinal}</INTERVAL_NUM>\n"
            f"<INTERVAL_START_GMT>{slot.start_gmt}</INTERVAL_START_GMT>\n"
            f"<INTERVAL_END_GMT>{slot.end_gmt}</INTERVAL_END_GMT>\n"
            f"<VALUE>{value}</VALUE>\n</REPORT_DATA>\n"
        )
