"""What a price looks like in text: `market/format.js`."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Threshold = dict[str, Any]
NOTHING = "—"
QUALITY = {
    "observed": "observed",
    "corrected": "corrected",
    "unverified": "unverified: its parts do not add up to it",
    "cached": "last known price",
    "interpolated": "interpolated",
    "previous_day": "same hour yesterday",
}
UNVERIFIED = "≠ unverified"
PRICE_TAG = {
    "none": "",
    "negative": "▼ negative · paid to take",
    "zero": "■ zero",
    "positive": "▲ positive",
}
SPREAD_TAG = {
    "none": "",
    "negative": "▼ RT below DA",
    "zero": "■ RT equals DA",
    "positive": "▲ RT above DA",
}
CENTS, FIVE_PLACES = Decimal("0.01"), Decimal("0.00001")


def price_text(value: float | None) -> str:
    """`1,015.37`, `−23.40`, never `−0.00`."""
    return NOTHING if value is None else signed(rounded(value, CENTS), plus="")


def signed_text(value: float | None) -> str:
    """`+4.12`, `−15.60`, `0.00`."""
    return NOTHING if value is None else signed(rounded(value, CENTS), plus="+")


def limit_text(value: float | None) -> str:
    """A limit: `100`, `−20`, `7.5`."""
    if value is None:
        return NOTHING
    return signed(rounded(value, FIVE_PLACES).normalize(), plus="")


def rounded(value: float, places: Decimal) -> Decimal:
    """As browsers round: the shortest decimal that is this float, its half away from zero."""
    return Decimal(repr(value)).quantize(places, ROUND_HALF_UP)


def signed(value: Decimal, *, plus: str) -> str:
    sign = "−" if value < 0 else plus if value > 0 else ""
    return f"{sign}{abs(value):,f}"


def tone_of(value: float | None, limit: float | None = None) -> str:
    """Of what is shown: a price that rounds to 0.00 is zero."""
    if value is None:
        return "none"
    if limit is not None and value > limit:
        return "high"
    if math.floor(value * 100 + 0.5) == 0:
        return "zero"
    return "negative" if value < 0 else "positive"


def price_tag(tone: str, limit: float | None, quality: str | None) -> str:
    """The second cue beside the colour, and whether the parts add up."""
    said = f"▲▲ above {limit_text(limit)}" if tone == "high" else PRICE_TAG[tone]
    return f"{said} · {UNVERIFIED}" if quality == "unverified" else said


def high_limit(thresholds: Sequence[Threshold], market: str) -> float | None:
    """The lowest limit that says "high" in this market; else of real-time; else None."""
    above = [t for t in thresholds if t["direction"] == "above"]
    own = [t["limit"] for t in above if t["market"] == market]
    limits = own or [t["limit"] for t in above if t["market"] == "RTM"]
    return min(limits, default=None)
