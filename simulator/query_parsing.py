"""Parses a query string, or raises the error that OASIS answers."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from simulator.error_documents import QueryError
from simulator.operating_dates import HOUR, day_bounds, day_of, days_touched
from simulator.pricing_nodes import HUBS
from simulator.reports import (
    CORRECTIONS_GROUP,
    CURRENT_HUBS,
    PRICE_GROUPS,
    REPORTS,
    WITHOUT_DATA,
    Report,
)

LONGEST_PERIOD_DAYS = 31
MOST_NODES = 10
GROUP_TYPES = ("ALL_APNODES", "ALL")
_TIME = re.compile(r"\d{8}T\d\d:\d\d-0000")

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PriceQuery:
    """A valid query for prices in [start, end), epoch seconds. `everything` is a grp_type or ""."""

    report: Report
    version: int
    start: float
    end: float
    nodes: tuple[str, ...] = ()
    everything: str = ""
    is_csv: bool = False


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """A valid query for a bundle: of corrections, or of the prices at all nodes."""

    group: str
    version: int
    day: date
    prices: PriceQuery | None = None


def price_query(params: Params, *, now: float) -> PriceQuery:
    """Raises QueryError with the code OASIS gives."""
    if not params:
        raise QueryError(1011)
    report = _report(params)
    query = PriceQuery(report, _version(params, report), now, now, is_csv=_is_csv(params))
    if report is CURRENT_HUBS:
        return replace(query, start=now - HOUR, nodes=HUBS)
    if params.get("market_run_id") != report.market:
        raise QueryError(1001)
    return _about(params, _within(params, query))


def group_query(params: Params) -> GroupQuery:
    """Raises QueryError with the code OASIS gives."""
    if not params:
        raise QueryError(1011)
    group = params.get("groupid", "")
    if group in PRICE_GROUPS:
        return _price_group(params, group)
    if group != CORRECTIONS_GROUP:
        raise QueryError(1016)
    if params.get("version") != "1":
        raise QueryError(1020)
    return GroupQuery(CORRECTIONS_GROUP, 1, day_of(_time(params, "startdatetime")))


def _price_group(params: Params, group: str) -> GroupQuery:
    """All nodes from the start on: to the operating date's end (day-ahead), or for an hour."""
    report = REPORTS[PRICE_GROUPS[group]]
    start, version = _time(params, "startdatetime"), _version(params, report)
    whole = PriceQuery(report, version, start, math.inf, everything="ALL", is_csv=_is_csv(params))
    query = replace(whole, end=_clamped(whole))
    return GroupQuery(group, version, day_of(start), query)


def _report(params: Params) -> Report:
    name = params.get("queryname", "")
    if name in WITHOUT_DATA:
        raise QueryError(1000 if params.get("version") else 1020)
    if name not in REPORTS:
        raise QueryError(1005)
    return REPORTS[name]


def _version(params: Params, report: Report) -> int:
    version = params.get("version", "")
    if not version.isdecimal() or int(version) not in report.versions:
        raise QueryError(1020)
    return int(version)


def _is_csv(params: Params) -> bool:
    wanted = params.get("resultformat", "")
    if wanted not in ("", "6"):
        raise QueryError(1001)
    return wanted == "6"


def _within(params: Params, query: PriceQuery) -> PriceQuery:
    start, end = _time(params, "startdatetime"), _time(params, "enddatetime")
    if end <= start:
        raise QueryError(1001)
    if len(days_touched(start, end)) > LONGEST_PERIOD_DAYS:
        raise QueryError(1004)
    return replace(query, start=start, end=end)


def _time(params: Params, name: str) -> float:
    text = params.get(name, "")
    if not _TIME.fullmatch(text):
        raise QueryError(1002)
    try:
        return datetime.strptime(text[:14], "%Y%m%dT%H:%M").replace(tzinfo=UTC).timestamp()
    except ValueError as impossible:
        raise QueryError(1002) from impossible


def _about(params: Params, query: PriceQuery) -> PriceQuery:
    nodes = tuple(node for node in params.get("node", "").split(",") if node)
    group_type = params.get("grp_type", "")
    if group_type and group_type not in GROUP_TYPES:
        raise QueryError(1001)
    if nodes and nodes != ("ALL",):
        return _of_nodes(query, nodes)
    return replace(query, everything=group_type or "ALL", end=_clamped(query))


def _of_nodes(query: PriceQuery, nodes: tuple[str, ...]) -> PriceQuery:
    if len(nodes) > MOST_NODES:
        raise QueryError(1017)
    return replace(query, nodes=tuple(sorted(set(nodes))))


def _clamped(query: PriceQuery) -> float:
    """Queries for all nodes end with the operating date (day-ahead) or after an hour."""
    if query.report.market.seconds == HOUR:
        return min(query.end, day_bounds(day_of(query.start))[1])
    return min(query.end, query.start + HOUR)
