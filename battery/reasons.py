"""Why a battery should do what is advised, in a sentence made of the numbers. Pure."""

from datetime import UTC, datetime
from typing import NamedTuple

from market.intervals import operating_date, pacific

WORDS = {"charge": "charge", "discharge": "sale"}


class Next(NamedTuple):
    """What is planned next: a charge or a discharge, from when on, at which price."""

    action: str
    start: datetime
    price: float
    assumed: bool


class Situation(NamedTuple):
    """What an action was chosen by, $/MWh; `worth` is of one more stored MWh.

    `pays_up_to` and `pays_from` are the prices up to which charging and from which on discharging
    would pay. `published` says whether the price is the interval's own.
    """

    action: str
    price: float
    published: bool
    worth: float
    brings: float
    pays_up_to: float | None
    pays_from: float | None
    next: Next | None


def reason(seen: Situation, *, now: datetime) -> str:
    """One sentence."""
    at = f"at {'' if seen.published else 'about '}{dollars(seen.price)}"
    then = next_words(seen.next, now=now)
    if seen.action == "charge":
        return (
            f"Charging {at}: a stored MWh is worth {dollars(seen.worth)} after losses and wear"
            f"{then}."
        )
    if seen.action == "discharge":
        return (
            f"Discharging {at}: a stored MWh brings {dollars(seen.brings)} now after losses and "
            f"wear, kept it is worth {dollars(seen.worth)}{then}."
        )
    return f"Holding {at}: {why_hold(seen)}{then}."


def why_hold(seen: Situation) -> str:
    if seen.pays_up_to is None and seen.pays_from is None:
        return "the battery can neither charge nor discharge now"
    if seen.pays_up_to is None:
        return f"the battery is full, and discharging pays from {dollars(seen.pays_from)}"
    if seen.pays_from is None:
        return f"the battery is empty, and charging pays up to {dollars(seen.pays_up_to)}"
    return (
        f"charging pays up to {dollars(seen.pays_up_to)}, discharging from "
        f"{dollars(seen.pays_from)}"
    )


def next_words(planned: Next | None, *, now: datetime) -> str:
    if planned is None:
        return ""
    word = WORDS[planned.action]
    day = "" if operating_date(planned.start) == operating_date(now) else "tomorrow "
    source = ", if tomorrow is priced like today" if planned.assumed else ""
    return (
        f"; planned {word} {day}{pacific(planned.start):%H:%M} at about "
        f"{dollars(planned.price)}{source}"
    )


def dollars(price: float | None) -> str:
    """Whole dollars with a true minus sign: −4, 0, 1,015."""
    whole = round(price or 0.0)
    return f"{'−' if whole < 0 else ''}{abs(whole):,}"


def no_charge_known() -> str:
    return "Holding: the state of charge is unknown. Advice begins once it is reported."


def no_prices(hub: str, start: datetime) -> str:
    return (
        f"Holding: no day-ahead price of {hub} is held for {pacific(start):%H:%M} or the same hour "
        "of the days before."
    )


def stale_prices(last: datetime | None, start: datetime) -> str:
    if last is None:
        return "Holding: no real-time price of the last hours is held, and nothing is done without."
    minutes = round((start - last).total_seconds() / 60)
    return (
        f"Holding: the newest real-time price is of {pacific(last):%H:%M}, {minutes} minutes "
        "earlier, and nothing is done on old prices."
    )


def out_of_service(until: datetime) -> str:
    return f"Holding: the battery is out of service until {pacific(until):%H:%M}."


def from_epoch(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
