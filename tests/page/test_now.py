"""What the page shows as the price now, by the table that holds for the server too."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from market.intervals import iso
from prices.fallback import ESTIMATED
from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser
from tests.page.test_store import NOON, price

__all__ = ["run"]

pytestmark = in_a_browser
CASES = json.loads(Path(__file__).with_name("now_cases.json").read_text())["cases"]
SHOWN = """((state, at) => {
    const [begun, estimate] = [begunRealTime(state, at), estimateNow(state, at)];
    const minute = (price) => (price.start - a.noon) / 60000;
    return [begun && [minute(begun), begun.lmp, spreadOf(state, at)],
        estimate && [minute(estimate), estimate.price, estimate.quality],
        dayAheadAt(state, at)?.lmp ?? null];
})(applySnapshot(emptyHub("SP15"), a.snapshot, 48), a.at)"""


def snapshot(case: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """A snapshot with the prices of a case, and what the server says is now."""
    rt = sorted((int(minute), lmp) for minute, lmp in case["rt"].items())
    hours = sorted((int(hour), lmp) for hour, lmp in case["da"].items())
    bodies = {"rt": [price(*one) for one in rt]}
    bodies["da"] = [price(60 * hour, lmp) | {"market": "DAM"} for hour, lmp in hours]
    return bodies | {"epoch": "a", "seq": 1, "current": answer, "alerts": []}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """What `/api/current` says, as `tests/prices/test_now.py` has it."""
    minute, lmp, quality, _ = case["shown"] or [None] * 4
    start = None if minute is None else iso(NOON + timedelta(minutes=minute))
    said = {"rt_timestamp": start, "rt_price": lmp, "rt_quality": quality}
    return said | {"server_time": iso(now(case))}


def now(case: dict[str, Any]) -> datetime:
    return NOON + timedelta(seconds=case["now"])


def shown(run: Run, case: dict[str, Any], answer: dict[str, Any]) -> Any:
    """What the page shows: minute, LMP and spread, the estimate, the hour's day-ahead price."""
    moments = {"at": now(case).timestamp() * 1000, "noon": NOON.timestamp() * 1000}
    return run("live/store.js", SHOWN, {"snapshot": snapshot(case, answer), **moments})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_now_on_the_page(case: dict[str, Any], run: Run) -> None:
    is_estimate = bool(case["shown"]) and case["shown"][2] in ESTIMATED
    estimate = case["shown"][:3] if is_estimate else None
    assert shown(run, case, answer(case)) == [begun(case), estimate, case["da_now"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_page_decides_by_the_clock_what_is_now(case: dict[str, Any], run: Run) -> None:
    """Of what was there before, it goes by the start of intervals."""
    before = {"rt_quality": "observed", "server_time": iso(now(case) - timedelta(minutes=10))}
    assert shown(run, case, before) == [begun(case), None, case["da_now"]]


def begun(case: dict[str, Any]) -> list[float | None] | None:
    """Minute, LMP and spread of the newest price that has begun."""
    answered = case["shown"] and [*case["shown"][:2], case["shown"][3]]
    found: list[float | None] | None = case.get("begun", answered)
    return found


def test_the_page_calls_the_same_prices_estimated(run: Run) -> None:
    assert set(run("live/store.js", "[...ESTIMATED]")) == ESTIMATED
