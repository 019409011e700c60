"""What the battery should do now, and what is known of it. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from dashboard.battery.words import clock, percent_text, usd_text
from dashboard.first_paint.advice import AdviceTile, Choice, advice_tile
from dashboard.first_paint.held import Body
from dashboard.first_paint.price_words import mega_text, price_text
from market.intervals import from_iso

OFF = "It is switched off: no advice is given, and nothing is settled on paper."
UNKNOWN_SOC = (
    "Its state of charge is reported on this page by a user, or by a program: "
    "POST /api/v1/batteries/{}/soc."
)
REPORTED_SINCE = "Its state of charge was reported since: the next advice goes by it."


class Pair(NamedTuple):
    """A name and what it is; `title` says more."""

    name: str
    text: str
    title: str = ""


class About(NamedTuple):
    """The battery as the page writes it."""

    pk: int
    name: str
    size: str
    hub: str
    node: str
    active: bool
    tracked: bool
    pairs: list[Pair]


class Now(NamedTuple):
    tile: AdviceTile
    pairs: list[Pair]
    remarks: list[str]


def now_card(about: About, advice: Body | None, *, now: datetime) -> Now:
    """`advice` is the newest, as the feed has it."""
    choice = Choice(about.hub, [{"id": about.pk, "name": about.name}])
    tile = advice_tile(choice, {about.pk: advice} if advice else {}, now=now)
    remarks = list(remarks_on(about, advice))
    return Now(tile, list(pairs(advice)) if advice else [], remarks)


def pairs(advice: Body) -> Iterator[Pair]:
    """What the advice goes by."""
    yield Pair("expected price", unit(advice["expected_price"]))
    yield Pair("a stored MWh is worth", unit(advice["stored_value"]), "What one more would earn")
    yield Pair("advised at", clock(from_iso(advice["made_at"])))


def unit(price: float | None) -> str:
    return price_text(price) if price is None else f"{price_text(price)} $/MWh"


def remarks_on(about: About, advice: Body | None) -> Iterator[str]:
    """Why there is no advice, or none to act on."""
    if not about.active:
        yield OFF
    if not about.tracked:
        yield (
            f"Its node {about.node} is not tracked: no live prices of it are fetched, so no advice"
            " is given. An administrator can track it."
        )
    if advice and advice["soc_source"] == "unknown":
        yield UNKNOWN_SOC.format(about.pk)
    elif advice and advice["fallback"] == "no state of charge":
        yield REPORTED_SINCE


def facts(
    *,
    power_in_mw: float,
    power_out_mw: float,
    round_trip: float,
    charge: float,
    discharge: float,
    window_mwh: tuple[float, float],
    wear_usd_mwh: float,
    cycles_per_day: float | None,
) -> list[Pair]:
    """What the battery is, with efficiencies as fractions."""
    low, high = (mega_text(end, 0) for end in window_mwh)
    split = f"{percent_text(charge)} in, {percent_text(discharge)} out"
    cap = "none" if cycles_per_day is None else f"{mega_text(cycles_per_day, 0)} a day on average"
    return [
        Pair("power", f"{mega_text(power_in_mw)} MW in, {mega_text(power_out_mw)} MW out"),
        Pair("state of charge", f"{low} to {high} MWh"),
        Pair("round trip", f"{percent_text(round_trip)} ({split})"),
        Pair("wear", f"{usd_text(wear_usd_mwh)} for each MWh delivered"),
        Pair("cap on cycles", cap),
    ]
