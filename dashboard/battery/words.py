"""Dollars, powers and shares as the page of a battery writes them. Pure."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from dashboard.first_paint.market_times import comes_twice, day_text
from dashboard.first_paint.price_words import NOTHING, mega_text
from market.intervals import pacific

Number = Decimal | float
CENTS, WHOLE = Decimal("0.01"), Decimal(1)
CHARGE, DISCHARGE, HOLD = "charge", "discharge", "hold"
LEAST_MW = 0.0005  # what is less is shown as nothing, and is nothing
SIGN = {CHARGE: "▲ charge", DISCHARGE: "▼ discharge"}


def usd_text(value: Number | None) -> str:
    """`$1,234.56`, `−$4.10`."""
    return NOTHING if value is None else money(value, CENTS)


def whole_usd_text(value: Number | None) -> str:
    """`$187`, `−$4`."""
    return NOTHING if value is None else money(value, WHOLE)


def money(value: Number, places: Decimal) -> str:
    amount = Decimal(str(value)).quantize(places, ROUND_HALF_UP)
    return f"{'−' if amount < 0 else ''}${abs(amount):,}"


def share_text(part: Number, whole: Number) -> str:
    """`86 %`; of nothing, or of a loss, there is no share."""
    if whole <= 0:
        return NOTHING
    return percent_text(Decimal(str(part)) / Decimal(str(whole)))


def percent_text(share: Number | None) -> str:
    """`86 %`, `−3 %`."""
    if share is None:
        return NOTHING
    amount = (Decimal(str(share)) * 100).quantize(WHOLE, ROUND_HALF_UP)
    return f"{'−' if amount < 0 else ''}{abs(amount)} %"


def action_of(power_mw: float) -> str:
    """What a power is, positive to the grid."""
    if abs(power_mw) < LEAST_MW:
        return HOLD
    return DISCHARGE if power_mw > 0 else CHARGE


def action_text(power_mw: float) -> str:
    """`▲ charge 1.0 MW`, `hold`."""
    action = action_of(power_mw)
    return (
        HOLD if action == HOLD else f"{SIGN[action]} {mega_text(abs(power_mw))}\N{NO-BREAK SPACE}MW"
    )


def clock(moment: datetime) -> str:
    """`12:40`; `01:40 PST` in the hour that autumn repeats."""
    return f"{pacific(moment):%H:%M %Z}" if comes_twice(moment) else f"{pacific(moment):%H:%M}"


def moment_text(moment: datetime, now: datetime) -> str:
    """`12:31` of today, `Mon, Jul 13, 12:31` of any other day."""
    is_today = pacific(moment).date() == pacific(now).date()
    return clock(moment) if is_today else f"{day_text(moment)}, {clock(moment)}"
