"""What is shown as the price now: one table for the answer, Redis and the feed.

`tests/page/test_now.py` has the page show the same.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from live.answers import current_answer
from market.intervals import from_iso
from market.markets import Market
from prices.fallback import ESTIMATED
from prices.models import FeedEvent, Node
from prices.projection import project
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOON = utc("2026-07-14 19:00")
CASES = json.loads(Path(__file__).parents[1].joinpath("page", "now_cases.json").read_text())[
    "cases"
]
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


@pytest.fixture
def sp15() -> Node:
    return Node.objects.get(slug="sp15")


def stored(case: dict[str, Any]) -> None:
    """The prices of a case: day-ahead first, as ever."""
    hours = [
        published(NOON + timedelta(hours=int(hour)), str(lmp), Market.DAM)
        for hour, lmp in case["da"].items()
    ]
    prices = [
        published(NOON + timedelta(minutes=int(minute)), str(lmp))
        for minute, lmp in case["rt"].items()
    ]
    store(hours, NOON)
    store(prices, NOON)


def now(case: dict[str, Any]) -> Any:
    return NOON + timedelta(seconds=case["now"])


def minute_of(moment: str | None) -> int | None:
    return None if moment is None else (from_iso(moment) - NOON) // timedelta(minutes=1)


@cases
def test_what_is_now_in_the_answer(case: dict[str, Any], sp15: Node) -> None:
    stored(case)
    answer = current_answer(sp15, now=now(case))
    names = ("rt_price", "rt_quality", "spread")
    shown = [minute_of(answer["rt_timestamp"]), *(answer[name] for name in names)]
    assert (shown, answer["da_price"]) == (case["shown"] or [None] * 4, case["da_now"])


@cases
def test_what_is_now_in_redis(case: dict[str, Any], sp15: Node, valkey: redis.Redis) -> None:
    """Redis has no estimates: what ran last is there, with its own time and its own spread."""
    stored(case)
    project(sp15, now=now(case))
    held = valkey.hgetall("caiso:sp15:current")
    figures = [float(held[name]) if held[name] else None for name in ("rt_price", "spread")]
    begun = [int(minute) for minute in case["rt"] if int(minute) * 60 <= case["now"]]
    assert minute_of(held["rt_timestamp"] or None) == max(begun, default=None)
    assert held["da_price"] == ("" if case["da_now"] is None else f"{case['da_now']:.5f}")
    if case["shown"] and case["shown"][2] not in ESTIMATED:
        assert figures == [case["shown"][1], case["shown"][3]]


@cases
def test_the_spread_that_the_feed_had_is_the_same(case: dict[str, Any]) -> None:
    stored(case)
    events = FeedEvent.objects.filter(body__market="RTM")
    spreads = {minute_of(one.body["interval_start"]): one.body["spread"] for one in events}
    if case["shown"] and case["shown"][2] not in ESTIMATED:
        minute, _, _, spread = case["shown"]
        assert spreads[minute] == spread
