"""Why a battery should do what is advised, in a sentence made of the numbers. Pure."""

from datetime import UTC, datetime
from typing import NamedTuple

from market.intervals import operating_date, pacific

WORDS = {"charge": "charge", "discharge": "sale"}
# By how many days after the interval's the assumed day-ahead prices are of.
ASSUMED = {0: "today is priced like yesterday", 1: "tomorrow is priced like today"}
LATER = "that day is priced like the days before"


class Next(NamedTuple):
    """What is planned next: a charge or a discharge, from when on, at which price."""

    action: str
    start: datetime
    price: float
    assumed: bool


class Situation(NamedTuple):
    """What an action was chosen by, $/MWh.

    `worth` is of one more stored MWh, while discharging of the last one; None if without it the
    battery can't end as charged as it must. `pays_up_to` and `pays_from` are the prices below which
    charging and above which discharging pays; None if there is none: `no_charging` and
    `no_discharging` say why. `published` says whether the price is the interval's own.
    """

    starts: datetime
    action: str
    price: float
    published: bool
    worth: float | None
    brings: float
    pays_up_to: float | None
    pays_from: float | None
    no_charging: str
    no_discharging: str
    next: Next | None


FULL, EMPTY = "the battery is full", "the battery is empty"
NO_GRID_IN, NO_GRID_OUT = "the grid allows no charging", "the grid allows no discharging"
NEEDED = "what is stored is needed at the end"


def reason(seen: Situation) -> str:
    """One sentence."""
    at = f"at {'' if seen.published else 'about '}{dollars(seen.price)}"
    then = next_words(seen.next, since=seen.starts)
    if seen.action == "charge" and seen.worth is None:
        return f"Charging {at}: there is just time enough to end as charged as it must{then}."
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
        return f"{seen.no_charging}, and {seen.no_discharging}"
    if seen.pays_up_to is None:
        return f"{seen.no_charging}, and discharging pays from {dollars(seen.pays_from)}"
    if seen.pays_from is None:
        return f"{seen.no_discharging}, and charging pays up to {dollars(seen.pays_up_to)}"
    return (
        f"charging pays up to {dollars(seen.pays_up_to)}, discharging from "
        f"{dollars(seen.pays_from)}"
    )


def next_words(planned: Next | None, *, since: datetime) -> str:
    """What is planned next, its day as seen from the interval that the advice is for."""
    if planned is None:
        return ""
    days = days_between(since, planned.start)
    source = f", if {ASSUMED.get(days, LATER)}" if planned.assumed else ""
    return (
        f"; planned {WORDS[planned.action]} {clock(planned.start, since=since)} at about "
        f"{dollars(planned.price)}{source}"
    )


def clock(moment: datetime, *, since: datetime) -> str:
    """18:40, tomorrow 18:40, Thursday 18:40, or Jul 28 18:40."""
    local, days = pacific(moment), days_between(since, moment)
    if days > 6:
        return f"{local:%b} {local.day} {local:%H:%M}"
    day = {0: "", 1: "tomorrow "}.get(days, f"{local:%A} ")
    return f"{day}{local:%H:%M}"


def days_between(since: datetime, moment: datetime) -> int:
    return (operating_date(moment) - operating_date(since)).days


def dollars(price: float | None) -> str:
    """Whole dollars with a true minus sign: −4, 0, 1,015."""
    whole = round(price or 0.0)
    return f"{'−' if whole < 0 else ''}{abs(whole):,}"


def no_charge_known() -> str:
    return (
        "Holding: the state of charge is not known. Advice begins with the interval after it is "
        "reported."
    )


def no_prices(hub: str, lacking: datetime, start: datetime) -> str:
    """`lacking` is the first hour without one."""
    return (
        f"Holding: no day-ahead price of {hub} is held for {clock(lacking, since=start)} or the "
        "same hour of the days before."
    )


def stale_prices(last: datetime | None, start: datetime) -> str:
    if last is None:
        return "Holding: no real-time price of the last hours is held, and nothing is done without."
    minutes = round((start - last).total_seconds() / 60)
    return (
        f"Holding: the newest real-time price is of {pacific(last):%H:%M}, {minutes} minutes "
        "earlier, and nothing is done on old prices."
    )


def out_of_service(until: datetime, start: datetime) -> str:
    return f"Holding: the battery is out of service until {clock(until, since=start)}."


def from_epoch(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
