"""What a battery should do now, and why: `market/advice_words.js`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.first_paint.held import Body
from dashboard.first_paint.market_times import (
    day_text,
    interval_text,
    rough_duration_text,
    time_text,
)
from dashboard.first_paint.price_words import NOTHING, mega_text
from market.intervals import from_iso, operating_date

LATE_AFTER = timedelta(minutes=1)
ACTION = {"charge": "▲ charge", "discharge": "▼ discharge"}
OF_PRICES = ("no prices", "stale prices")
SAID = ("estimated", "nothing is done")  # in a reason that says it already
LOADING, WAITING = "Loading the newest advice …", "No advice yet: it comes with the next price."


class Choice(NamedTuple):
    """The batteries at a hub as the page names them, and which one the address asks for."""

    hub: str
    batteries: Sequence[Body] = ()
    asked: int | None = None


class AdviceTile(NamedTuple):
    batteries: Sequence[Body] = ()
    battery: int | None = None
    name: str = ""
    action: str = "none"
    late: str = "false"
    tag: str = ""
    figure: str = ""
    of: str = ""
    reason: str = ""
    known: str = ""
    link: str = "Add a battery"
    href: str = "/admin/battery/battery/add/"


def advice_tile(choice: Choice, advice: Mapping[int, Body] | None, *, now: datetime) -> AdviceTile:
    """`advice` is the newest of each battery; None if the page holds nothing yet."""
    held = advice or {}
    batteries = [*choice.batteries, *advised_since(choice.batteries, held)]
    battery = chosen(batteries, choice.asked)
    if battery is None:
        return AdviceTile(reason=f"No battery at {choice.hub}.")
    tile = AdviceTile(
        batteries,
        battery["id"],
        battery["name"],
        reason=LOADING if advice is None else WAITING,
        link="Plan",
        href=f"/battery/?battery={battery['id']}",
    )
    newest = held.get(battery["id"])
    return with_advice(tile, newest, now) if newest else tile


def chosen(batteries: Sequence[Body], asked: int | None) -> Body | None:
    """The one that was asked for if it is there, else the first."""
    first = batteries[0] if batteries else None
    return next((one for one in batteries if one["id"] == asked), first)


def advised_since(named: Sequence[Body], advice: Mapping[int, Body]) -> list[Body]:
    """Batteries that the page does not name, but has advice for."""
    known = {one["id"] for one in named}
    return [
        {"id": pk, "name": one["battery"], "energy_mwh": one["energy_mwh"]}
        for pk, one in sorted(advice.items())
        if pk not in known
    ]


def with_advice(tile: AdviceTile, advice: Body, now: datetime) -> AdviceTile:
    is_late = now - from_iso(advice["interval_end"]) >= LATE_AFTER
    soc, energy = advice["soc_mwh"], mega_text(advice["energy_mwh"], 0)
    return tile._replace(
        action="hold" if is_late else advice["action"],
        late="true" if is_late else "false",
        tag=tag_text(advice, is_late=is_late),
        figure=NOTHING if soc is None else mega_text(soc),
        of=f"of {energy} MWh" if soc is None else f"MWh of {energy}",
        reason=late_text(advice, now) if is_late else reason_text(advice),
        known=f"for {interval_of(advice)} · SoC {known_text(advice, now)}",
    )


def tag_text(advice: Body, *, is_late: bool) -> str:
    """`▲ charge 1.0 MW`, `hold`, `hold · stale prices`."""
    if is_late:
        return "hold · advice is late"
    if advice["action"] == "hold":
        return f"hold · {advice['fallback']}" if advice["fallback"] else "hold"
    return f"{ACTION[advice['action']]} {mega_text(abs(advice['power_mw']))} MW"


def reason_text(advice: Body) -> str:
    reason: str = advice["reason"]
    is_said = advice["fallback"] not in OF_PRICES or any(words in reason for words in SAID)
    return reason if is_said else f"{reason} Nothing estimated is acted on."


def late_text(advice: Body, now: datetime) -> str:
    ago = rough_duration_text(now - from_iso(advice["interval_end"]))
    hold = "Hold: nothing estimated is acted on."
    return f"The newest advice was for {interval_of(advice)}, {ago} ago. {hold}"


def interval_of(advice: Body) -> str:
    return interval_text(from_iso(advice["interval_start"]), from_iso(advice["interval_end"]))


def known_text(advice: Body, now: datetime) -> str:
    """`reported 12:31`, `reckoned since Mon, Jul 13, 08:00`, `unknown: report it`."""
    source: str = advice["soc_source"]
    if source == "unknown":
        return "unknown: report it"
    if advice["soc_known_at"] is None:
        return source
    at = from_iso(advice["soc_known_at"])
    day = "" if operating_date(at) == operating_date(now) else f"{day_text(at)}, "
    return f"{source}{' since' if source == 'reckoned' else ''} {day}{time_text(at)}"
