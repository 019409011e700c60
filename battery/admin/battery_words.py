"""What the admin says of a battery: its losses, its cap on cycles, its state of charge."""

from battery.asset import plain
from battery.models import Battery
from battery.models.advice import REPORTED
from battery.soc import KnownSoc
from market.intervals import pacific


def split_words(battery: Battery) -> str:
    """`charge 92.74 %, discharge 92.74 %`."""
    if not battery.has_losses:
        return "—"
    charge, discharge = battery.efficiencies
    return f"charge {charge:.2%}, discharge {discharge:.2%}".replace("%", " %")


def cap_that_counts(battery: Battery) -> str:
    """`0.82 cycles a day, by the cap a year`."""
    cap = battery.cycle_cap_per_day
    if cap is None:
        return "none"
    yearly, daily = battery.yearly_cap_per_day, battery.cycles_per_day
    if yearly is None or daily is None:
        return f"{cap:.3g} cycles a day"
    return f"{cap:.3g} cycles a day, by the cap a {'year' if yearly < daily else 'day'}"


def soc_words(known: KnownSoc) -> str:
    """`2.6 MWh, reported 12:05 PDT`."""
    if known.soc_mwh is None or known.known_at is None:
        return "unknown"
    since = f"{pacific(known.known_at):%Y-%m-%d %H:%M %Z}"
    how = "reported" if known.source == REPORTED else "reckoned since"
    return f"{plain(known.soc_mwh)} MWh, {how} {since}"


def no_live_prices(battery: Battery) -> str:
    """What to expect of a battery at a node without live prices; empty if it has them."""
    node = battery.node
    if node.tracked:
        return ""
    return (
        f"{node.hub} is not tracked: no live prices come for it, so “{battery.name}” gets no "
        "advice. Back-tests work with the prices that are stored. To have it tracked, tick "
        "“tracked” at the node."
    )
