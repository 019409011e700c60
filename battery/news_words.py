"""What people did to batteries, in words, in Pacific time. Pure."""

from collections.abc import Collection
from datetime import datetime

from battery.asset import plain
from market.intervals import pacific

ON, OFF = "was switched on", "was switched off"


def added(name: str, what: str, by: str) -> str:
    """`Battery “Example” was added by anna: 1 MW / 4 MWh at SP15`."""
    return f"Battery “{name}” was added{of(by)}: {what}"


def changed(name: str, values: Collection[str], by: str) -> str:
    """`Battery “Example” was changed by anna: energy, wear cost`."""
    return f"Battery “{name}” was changed{of(by)}: {', '.join(values)}"


def switched(name: str, by: str, *, on: bool) -> str:
    return f"Battery “{name}” {ON if on else OFF}{of(by)}"


def moved(name: str, where: str, by: str) -> str:
    return f"Battery “{name}” is now at {where}, moved{of(by)}"


def deleted(name: str, by: str) -> str:
    return f"Battery “{name}” was deleted{of(by)}"


def reported(name: str, soc_mwh: float, at: datetime, by: str) -> str:
    """`“Example” holds 2.6 MWh at 12:05 PT, reported by anna`."""
    return f"“{name}” holds {plain(soc_mwh)} MWh at {pacific(at):%H:%M} PT, reported{of(by)}"


def backtest(name: str, days: str, state: str, by: str) -> str:
    """`Back-test of “Example”, 2022-01-01 to 2022-12-31: waiting, asked for by anna`."""
    asked = f", asked for by {by}" if by else ""
    return f"Back-test of “{name}”, {days}: {state}{asked}"


def of(by: str) -> str:
    return f" by {by}" if by else ""
