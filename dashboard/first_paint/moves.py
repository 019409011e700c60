"""What moved since the interval before: `market/price_changes.js`."""

from datetime import datetime

from dashboard.first_paint.held import FIVE, Held, Price, day_ahead_at
from dashboard.first_paint.market_times import HOUR, hour_ending, time_text
from dashboard.first_paint.price_words import price_text, signed_text, tone_of

ARROWS = {"zero": "=", "positive": "▲", "negative": "▼"}


def real_time_move(held: Held) -> str:
    """`▲ +4.12 since 14:30`, or nothing."""
    pair = price_and_before(held)
    return (
        f"{move_text(pair[0].lmp - pair[1].lmp)} since {time_text(pair[1].start)}" if pair else ""
    )


def spread_move(held: Held) -> str:
    """The spread's move between the same two intervals, each against its own hour."""
    pair = price_and_before(held)
    if pair is None:
        return ""
    price, previous = pair
    beside, then = day_ahead_at(held, price.start), day_ahead_at(held, previous.start)
    if beside is None or then is None:
        return ""
    moved = price.lmp - beside.lmp - (previous.lmp - then.lmp)
    return f"{move_text(moved)} since {time_text(previous.start)}"


def day_ahead_move(held: Held, at: datetime) -> str:
    """Of the hour that `at` lies in: `▼ −2.10 on HE15`, or nothing."""
    price, previous = day_ahead_at(held, at), day_ahead_at(held, at - HOUR)
    if price is None or previous is None:
        return ""
    return f"{move_text(price.lmp - previous.lmp)} on HE{hour_ending(at - HOUR)}"


def next_hour(held: Held, at: datetime) -> str:
    """Of the hour after the one that `at` lies in: `next HE16 13.90 ▲`, or nothing."""
    price, following = day_ahead_at(held, at), day_ahead_at(held, at + HOUR)
    if price is None or following is None:
        return ""
    to = f"HE{hour_ending(at + HOUR)} {price_text(following.lmp)}"
    return f"next {to} {arrow(following.lmp - price.lmp)}"


def price_and_before(held: Held) -> tuple[Price, Price] | None:
    """The price shown and the one of the interval before."""
    previous = held.rt.get(held.begun.start - FIVE) if held.begun else None
    return (held.begun, previous) if held.begun and previous else None


def move_text(amount: float) -> str:
    """`▲ +4.12`, `▼ −4.12`, `= 0.00`."""
    return f"{arrow(amount)} {signed_text(amount)}"


def arrow(amount: float) -> str:
    return ARROWS[tone_of(amount)]
