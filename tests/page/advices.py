"""The cases of the tile of advice, which hold for the server's text and the scripts'."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from market.intervals import iso
from tests.page.first_paint import NOON
from tests.page.market_day import Body
from tests.page.staged import BATTERY, Day, ordinary

FOUND = json.loads(Path(__file__).with_name("advice_cases.json").read_text())
CASES: list[dict[str, Any]] = FOUND["cases"]


def advice(**more: Any) -> Body:
    """Advice as the feed has it; `interval` and `known` are minutes after noon."""
    found = FOUND["usual"] | more
    start, end = (NOON + timedelta(minutes=minute) for minute in found.pop("interval"))
    known = found.pop("known")
    known_at = None if known is None else iso(NOON + timedelta(minutes=known))
    found |= {"interval_start": iso(start), "interval_end": iso(end), "soc_known_at": known_at}
    return dict(found)


def day_of(case: dict[str, Any]) -> Day:
    """The day of a case."""
    day = ordinary(NOON + timedelta(seconds=case["now"]))
    return replace(
        day,
        batteries=case.get("batteries", [dict(BATTERY)]),
        battery=case.get("asked"),
        advice=[advice(**one) for one in case["advice"]],
        is_followed=case.get("is_followed", True),
        speaks=False,
    )
