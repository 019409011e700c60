"""The control pages under /_simulator/: status, faults and forced prices, as JSON."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from simulator.faults import FAULT_NAMES
from simulator.operating_dates import day_of, slots
from simulator.reports import Market
from simulator.stand_in import StandIn

PREFIX = "/_simulator/"
Json = dict[str, Any]


def handle(stand_in: StandIn, method: str, page: str, body: bytes) -> tuple[int, Json]:
    """HTTP status and JSON document. `page` is the part of the path after the prefix."""
    action = {
        ("GET", ""): _status,
        ("POST", "faults"): _add_fault,
        ("DELETE", "faults"): _clear_faults,
        ("POST", "override"): _override,
        ("DELETE", "override"): _clear_overrides,
    }.get((method, page))
    if action is None:
        return 404, {"error": f"There is no {method} {PREFIX}{page}."}
    try:
        return 200, action(stand_in, _document(body))
    except (ValueError, KeyError, TypeError, InvalidOperation) as wrong:
        return 400, {"error": str(wrong)}


def _document(body: bytes) -> Json:
    document = json.loads(body or b"{}")
    if not isinstance(document, dict):
        raise TypeError("The body must be a JSON object.")
    return document


def _status(stand_in: StandIn, _: Json) -> Json:
    now = stand_in.clock()
    return {
        "now": now.isoformat(),
        "seed": stand_in.board.seed,
        "nodes": len(stand_in.board.nodes),
        "published_today": {market.value: _published(stand_in, market, now) for market in Market},
        "requests": stand_in.log.count,
        "closest_pair_seconds": _closest(stand_in),
        "faults": _faults(stand_in),
        "fault_names": FAULT_NAMES,
        "overrides": len(stand_in.board.overrides),
    }


def _closest(stand_in: StandIn) -> float | None:
    gaps = [entry.since_previous for entry in list(stand_in.log.entries)]
    return min((gap for gap in gaps if gap is not None), default=None)


def _published(stand_in: StandIn, market: Market, now: datetime) -> int:
    """How many intervals of the current operating date are published."""
    board, at = stand_in.board, now.timestamp()
    today = slots(day_of(at), market.seconds)
    return sum(board.is_published(market, slot, now=at) for slot in today)


def _faults(stand_in: StandIn) -> Json:
    return {"next": list(stand_in.faults.next_ones), "by_turn": dict(stand_in.faults.by_turn)}


def _add_fault(stand_in: StandIn, wanted: Json) -> Json:
    if "every" in wanted:
        stand_in.faults.add_by_turn(str(wanted["name"]), int(wanted["every"]))
    else:
        stand_in.faults.add(str(wanted["name"]), count=int(wanted.get("count", 1)))
    return _faults(stand_in)


def _clear_faults(stand_in: StandIn, _: Json) -> Json:
    stand_in.faults.clear()
    return _faults(stand_in)


def _override(stand_in: StandIn, wanted: Json) -> Json:
    market = Market(wanted["market"])
    force(stand_in, wanted["node"], market, wanted["interval_start"], wanted["lmp"])
    return {"overrides": len(stand_in.board.overrides)}


def _clear_overrides(stand_in: StandIn, _: Json) -> Json:
    stand_in.board.overrides = {}
    return {"overrides": 0}


def force(
    stand_in: StandIn,
    node: str,
    market: Market,
    interval_start: str | datetime,
    lmp: Decimal | float | str,
) -> None:
    """Forces a price, which is shown at once. Raises ValueError if it can't be published."""
    value = Decimal(str(lmp))
    if not value.is_finite():
        raise ValueError(f"An LMP of {lmp} cannot be published: force a fault instead.")
    start = _instant(interval_start)
    at = stand_in.clock().timestamp()
    stand_in.board.force(node, market, int(start.timestamp()), value, at=at)


def _instant(text: str | datetime) -> datetime:
    instant = datetime.fromisoformat(text) if isinstance(text, str) else text
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def written(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()
