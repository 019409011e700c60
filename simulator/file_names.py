"""The names of the files that OASIS sends, with dates and times in Pacific time."""

from datetime import date, datetime

from simulator.operating_dates import PACIFIC, day_of
from simulator.query_parsing import GroupQuery, PriceQuery
from simulator.reports import CURRENT_HUBS, Item

INVALID_REQUEST = "INVALID_REQUEST"


def report_stem(query: PriceQuery, now: datetime) -> str:
    """Without extension. Cached reports (all nodes, current hub prices) have no time stamp."""
    last = query.start if is_cached(query) else query.end
    parts = [_compact(day_of(query.start)), _compact(day_of(last)), query.report.name]
    parts.append(query.report.market)
    if not is_cached(query):
        parts.append(now.astimezone(PACIFIC).strftime("%Y%m%d_%H_%M_%S"))
    return "_".join((*parts, f"v{query.version}"))


def component_stem(query: PriceQuery, item: Item) -> str:
    """One of the five members of an answer for all nodes at versions 12 and 3."""
    day = _compact(day_of(query.start))
    head = f"{day}_{day}_{query.report.name}_{query.report.market}"
    return f"{head}_{item.lmp_type}_v{query.version}"


def is_cached(query: PriceQuery) -> bool:
    return bool(query.everything) or query.report is CURRENT_HUBS


def group_stem(query: GroupQuery) -> str:
    day = _compact(query.day)
    return f"{day}_{day}_{query.group}_N_N_v{query.version}"


def _compact(day: date) -> str:
    return day.strftime("%Y%m%d")
