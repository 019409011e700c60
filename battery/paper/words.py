"""What the paper desk says in the feed. Pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

LONGEST_WHY = 200


def first_settled(name: str, day: date, net: Decimal, perfect: Decimal, clipped: int) -> str:
    """`“Example” earned $187.20 on paper on Jul 14, 82 % of perfect foresight`."""
    share = f", {round(100 * net / perfect)} % of perfect foresight" if perfect > 0 else ""
    return f"“{name}” earned {usd(net)} on paper on {day:%b %-d}{share}{less_run(clipped)}"


def less_run(clipped: int) -> str:
    if not clipped:
        return ""
    intervals = "1 interval" if clipped == 1 else f"{clipped} intervals"
    return f"; in {intervals} less than advised could be run"


def restated(
    name: str, day: date, old: Decimal, new: Decimal, whys: Sequence[str], *, two_settlements: bool
) -> str:
    """`“Example”, Jul 14: $187.20 became $169.00 on paper. CAISO corrected ...`."""
    more = f", and {len(whys) - 1} more" if len(whys) > 1 else ""
    how = "on paper in two settlements" if two_settlements else "on paper"
    return f"“{name}”, {day:%b %-d}: {usd(old)} became {usd(new)} {how}. {whys[0]}{more}"


def usd(amount: Decimal) -> str:
    """`$1,234.50`, `−$4.10`."""
    return f"{'−' if amount < 0 else ''}${abs(amount):,.2f}"


def shortened(why: str) -> str:
    """As long as is stored."""
    return why if len(why) <= LONGEST_WHY else f"{why[: LONGEST_WHY - 1]}…"
