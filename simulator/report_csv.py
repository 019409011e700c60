"""A price report as CSV (resultformat=6), and the list of corrections."""

from collections.abc import Iterable, Iterator

from simulator.board import Correction
from simulator.groups import Group, Row
from simulator.operating_dates import gmt
from simulator.pricing_nodes import is_aggregated
from simulator.reports import Market, Report

_TIMES = "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,"
_NODE = "NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,"
# No real PRC_CORR_GRP answer is known: these columns are ours. They leave out the new price.
CORRECTIONS_HEAD = (
    f"{_TIMES}OPR_INTERVAL,MARKET_RUN_ID,NODE_ID,XML_DATA_ITEM,CORRECTION_TIME_GMT,GROUP\n"
)


def head(report: Report, version: int) -> str:
    """The column names. OPR_INTERVAL follows the hour day-ahead, and the price in real time."""
    column = report.price_column(version)
    if report.market is Market.DAM:
        return f"{_TIMES}OPR_INTERVAL,{_NODE}{column},GROUP\n"
    return f"{_TIMES}{_NODE}{column},OPR_INTERVAL,GROUP\n"


def report_csv(report: Report, version: int, groups: Iterable[Group]) -> Iterator[bytes]:
    yield head(report, version).encode()
    for number, group in enumerate(groups, start=1):
        node = _node_columns(report.market, group)
        line = _day_ahead if report.market is Market.DAM else _real_time
        yield "".join(line(row, node, number) for row in group.rows).encode()


def _node_columns(market: Market, group: Group) -> str:
    node, item = group.node, group.item
    kind = "ALL_APNODES,0" if is_aggregated(node) else "ALL,1"
    return f"{node},{node},{node},{market},{item.lmp_type},{item.data_item},{node},{kind}"


def _times(row: Row) -> str:
    slot = row[0]
    return f"{slot.start_gmt},{slot.end_gmt},{slot.opr_date},{slot.opr_hr}"


def _day_ahead(row: Row, node: str, number: int) -> str:
    return f"{_times(row)},{row[0].opr_interval},{node},{row[1]},{number}\n"


def _real_time(row: Row, node: str, number: int) -> str:
    return f"{_times(row)},{node},{row[1]},{row[0].opr_interval},{number}\n"


def corrections_csv(corrections: Iterable[Correction]) -> Iterator[bytes]:
    yield CORRECTIONS_HEAD.encode()
    for number, found in enumerate(corrections, start=1):
        slot, corrected = found.slot, gmt(int(found.at))
        what = f"{slot.opr_interval},{found.market},{found.node},LMP_PRC,{corrected},{number}"
        yield f"{_times((slot, ''))},{what}\n".encode()
