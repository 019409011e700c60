"""What moved since the interval before: `market/price_changes.js`."""

from dashboard.first_paint.held import FIVE, Held, Price, Shown, day_ahead_at
from dashboard.first_paint.market_times import HOUR, hour_ending, time_text
from dashboard.first_paint.price_words import price_text, signed_text, tone_of
from prices.fallback import ESTIMATED

ARROWS = {"zero": "=", "positive": "▲", "negative": "▼"}


def real_time_move(held: Held, shown: Shown | None) -> str:
    """`▲ +4.12 since 14:30`, or nothing: an estimate has not moved."""
    pair = price_and_before(held, shown)
    return (
        f"{move_text(pair[0].lmp - pair[1].lmp)} since {time_text(pair[1].start)}" if pair else ""
    )


def spread_move(held: Held, shown: Shown | None) -> str:
    """The spread's move between the same two intervals, each against its own hour."""
    pair = price_and_before(held, shown)
    if pair is None:
        return ""
    price, previous = pair
    beside, then = day_ahead_at(held, price.start), day_ahead_at(held, previous.start)
    if beside is None or then is None:
        return ""
    moved = price.lmp - beside.lmp - (previous.lmp - then.lmp)
    return f"{move_text(moved)} since {time_text(previous.start)}"


def day_ahead_move(held: Held) -> str:
    """`▼ −2.10 on HE15`, or nothing."""
    price, previous = day_ahead_at(held, held.now), day_ahead_at(held, held.now - HOUR)
    if price is None or previous is None:
        return ""
    return f"{move_text(price.lmp - previous.lmp)} on HE{hour_ending(held.now - HOUR)}"


def next_hour(held: Held) -> str:
    """`next HE16 13.90 ▲`, or nothing."""
    price, following = day_ahead_at(held, held.now), day_ahead_at(held, held.now + HOUR)
    if price is None or following is None:
        return ""
    to = f"HE{hour_ending(held.now + HOUR)} {price_text(following.lmp)}"
    return f"next {to} {arrow(following.lmp - price.lmp)}"


def price_and_before(held: Held, shown: Shown | None) -> tuple[Price, Price] | None:
    """The published price shown and the one of the interval before."""
    if shown is None or shown.price is None or shown.quality in ESTIMATED:
        return None
    previous = held.rt.get(shown.price.start - FIVE)
    return (shown.price, previous) if previous else None


def move_text(amount: float) -> str:
    """`▲ +4.12`, `▼ −4.12`, `= 0.00`."""
    return f"{arrow(amount)} {signed_text(amount)}"


def arrow(amount: float) -> str:
    return ARROWS[tone_of(amount)]
