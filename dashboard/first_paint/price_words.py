"""What a price looks like in text: `market/format.js`."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Threshold = dict[str, Any]
NOTHING = "—"
QUALITY = {
    "observed": "as published",
    "corrected": "corrected",
    "unverified": "unverified: its parts do not add up to it",
    "interpolated": "between the prices before and after",
    "previous_day": "same time yesterday",
}
UNVERIFIED = "≠ unverified"
SPREAD_TAG = {
    "none": "",
    "negative": "RT below DA",
    "zero": "RT equals DA",
    "positive": "RT above DA",
}
GRAVITY = ("info", "warning", "critical")
CENTS, FIVE_PLACES = Decimal("0.01"), Decimal("0.00001")
TENTHS, KILO = Decimal("0.1"), Decimal("0.001")
SMALL, LARGE = 0.1, 1000  # MW or MWh: in kW below, without the last digits above


def price_text(value: float | None) -> str:
    """`1,015.37`, `−23.40`, never `−0.00`."""
    return NOTHING if value is None else signed(rounded(value, CENTS), plus="")


def signed_text(value: float | None) -> str:
    """`+4.12`, `−15.60`, `0.00`."""
    return NOTHING if value is None else signed(rounded(value, CENTS), plus="+")


def dollar_text(value: float) -> str:
    """`$1,234`."""
    return f"${math.floor(value + 0.5):,}"


def mega_text(value: float, least: int = 1) -> str:
    """MW or MWh: `1.0`, `0.25`, and with no decimals at least `4`; `0.001`, and `9,999`."""
    size = abs(value)
    is_large = size >= LARGE
    places = TENTHS if is_large else CENTS if size >= SMALL else KILO
    whole, _, decimals = signed(rounded(value, places), plus="").partition(".")
    kept = decimals.rstrip("0").ljust(0 if is_large else least, "0")
    return f"{whole}.{kept}" if kept else whole


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


def price_tag(
    lmp: float | None, quality: str | None, thresholds: Sequence[Threshold], market: str
) -> str:
    """`above 100 · Discharge`, `negative · paid to take`, `zero`, or nothing."""
    if lmp is None:
        return ""
    sign, rule = tone_of(lmp), gravest_rule(lmp, thresholds, market)
    said = [sign] if sign in ("negative", "zero") else []
    if rule:
        said.append(rule_tag(rule))
    elif sign == "negative":
        said.append("paid to take")
    return " · ".join([*said, UNVERIFIED] if quality == "unverified" else said)


def gravest_rule(lmp: float, thresholds: Sequence[Threshold], market: str) -> Threshold | None:
    """Of the rules on this market whose limit the price is beyond the gravest.

    Of equally grave ones that with the furthest limit.
    """
    crossed = [rule for rule in thresholds if rule["market"] == market and is_beyond(lmp, rule)]
    return min(crossed, key=lambda rule: (-gravity(rule), abs(lmp - rule["limit"])), default=None)


def is_beyond(lmp: float, rule: Threshold) -> bool:
    limit: float = rule["limit"]
    return lmp > limit if rule["direction"] == "above" else lmp < limit


def gravity(rule: Threshold) -> int:
    return GRAVITY.index(rule.get("severity", "info"))


def rule_tag(rule: Threshold) -> str:
    """`above 100 · Discharge`."""
    said = f"{rule['direction']} {limit_text(rule['limit'])}"
    return f"{said} · {rule['name']}" if rule.get("name") else said


def high_limit(thresholds: Sequence[Threshold], market: str) -> float | None:
    """The lowest limit above which a price is high, by the rules that watch this market."""
    limits = [t["limit"] for t in thresholds if (t["direction"], t["market"]) == ("above", market)]
    return min(limits, default=None)
