"""The cases of the page's first painting, which hold for the server's text and the scripts'."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from market.intervals import iso
from market.markets import Market
from tests.page.market_day import Body, at
from tests.page.staged import OBSERVED, Day

NOON = at("2026-07-14 12:00:00-07:00")
CASES = json.loads(Path(__file__).with_name("first_paint_cases.json").read_text())["cases"]
SEEN_AFTER = timedelta(seconds=30)


def day_of(case: dict[str, Any]) -> Day:
    """The day of a case."""
    rt = [priced("RTM", timedelta(minutes=int(at)), one) for at, one in case["rt"].items()]
    fmm = [
        priced("RTPD", timedelta(minutes=int(at)), one) for at, one in case.get("fmm", {}).items()
    ]
    da = [priced("DAM", timedelta(hours=int(at)), one) for at, one in case["da"].items()]
    return Day(
        NOON + timedelta(seconds=case["now"]),
        rt,
        da,
        fmm,
        current=case.get("current", OBSERVED),
        source=case.get("source", "oasis"),
        source_trouble=case.get("trouble"),
        answered=case.get("answered"),
        is_followed=case.get("is_followed", True),
        speaks=False,
    )


def priced(market: str, after_noon: timedelta, one: Any) -> Body:
    """A price as a snapshot has it."""
    lmp, quality, revision = one if isinstance(one, list) else (one, "observed", 1)
    start = NOON + after_noon
    length = Market(market).interval
    body = {"lmp": lmp, "energy": lmp, "congestion": 0.0, "loss": 0.0, "ghg": 0.0}
    body |= {"market": market, "interval_start": iso(start), "interval_end": iso(start + length)}
    return body | {"quality": quality, "revision": revision, "first_seen": iso(start + SEEN_AFTER)}
