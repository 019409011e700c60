"""A day-ahead schedule with its certificate. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from dashboard.battery.words import action_of, action_text, clock, usd_text
from dashboard.first_paint.price_words import NOTHING, mega_text, price_text, tone_of
from market.intervals import from_iso

A_CENT = Decimal("0.01")


class HourRow(NamedTuple):
    iso: str
    hour: str
    price: str
    tone: str
    action: str
    kind: str
    soc: str
    stored: str


class ScheduleCard(NamedTuple):
    """The schedule of a day: what it earns, how sure that is, and its hours."""

    day: str
    net: str
    certificate: str
    made: str
    rows: list[HourRow]


def schedule_card(
    day: date,
    hours: Sequence[Sequence[Any]],
    *,
    net_usd: Decimal,
    bound_usd: Decimal,
    gap: float,
    made_at: datetime,
) -> ScheduleCard:
    """The columns of a `Schedule`."""
    return ScheduleCard(
        f"{day:%a, %b %-d}",
        usd_text(net_usd),
        certificate(bound_usd - net_usd, gap),
        clock(made_at),
        [hour_row(row) for row in hours],
    )


def certificate(more_usd: Decimal, gap: float) -> str:
    """How much better any schedule could be, by the solver's bound."""
    if more_usd < A_CENT:
        return "No schedule earns more against these prices: it is optimal to the cent."
    return f"At most {usd_text(more_usd)} more is possible: optimal within {gap_text(gap)}."


def gap_text(gap: float) -> str:
    """`0.004 %`, to two digits that count."""
    return f"{float(f'{100 * abs(gap):.2g}'):.10g} %"


def hour_row(row: Sequence[Any]) -> HourRow:
    start, price, power, soc, stored = row
    return HourRow(
        iso=start,
        hour=clock(from_iso(start)),
        price=price_text(price),
        tone=tone_of(price),
        action=action_text(power),
        kind=action_of(power),
        soc=NOTHING if soc is None else mega_text(soc),
        stored=price_text(stored),
    )
