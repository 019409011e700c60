"""Times as they are written and read in California, in the hour that comes twice and the one that
is left out. Pure.
"""

import re
from datetime import UTC, date, datetime, time

from market.intervals import PACIFIC, pacific

CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))? ?([A-Za-z]{2,3}|[+-][0-9]{2}:?[0-9]{2})?"
)


class UnclearTime(ValueError):
    """A time that no clock shows, or that two moments have; with a sentence."""


def clock_text(moment: datetime) -> str:
    """`01:30:00 PDT`."""
    return f"{pacific(moment):%H:%M:%S %Z}"


def read(day: date, clock: str) -> datetime:
    """The moment at which it is `clock` on `day`, in UTC. PDT or PST is needed where both can be.

    Raises UnclearTime.
    """
    whole = CLOCK.fullmatch(clock.strip())
    if whole is None:
        raise UnclearTime("A time is written like 14:30 or 14:30:00 PDT.")
    try:
        shown = time(int(whole[1]), int(whole[2]), int(whole[3] or 0))
    except ValueError as fault:
        raise UnclearTime(f"There is no {clock.strip()} on a clock.") from fault
    return chosen(datetime.combine(day, shown), whole[4] or "PT")


def chosen(local: datetime, zone: str) -> datetime:
    """The moment at which a clock in California shows `local`, by the zone that was written."""
    try:
        found = moments(local)
    except OverflowError as fault:
        raise UnclearTime("There is no such time.") from fault
    if not found:
        raise UnclearTime(f"{local:%H:%M} is left out on {local:%-d %B %Y}: clocks go forward.")
    named = [one for one in found if zone.upper() == "PT" or zone.upper() in names(one)]
    if not named:
        right = " or ".join(f"{pacific(one):%Z}" for one in found)
        raise UnclearTime(f"On {local:%-d %B %Y} at {local:%H:%M} it is {right} in California.")
    if len(named) > 1:
        raise UnclearTime(
            f"{local:%H:%M} comes twice on {local:%-d %B %Y}: write {local:%H:%M} PDT, or PST."
        )
    return named[0]


def names(moment: datetime) -> set[str]:
    """How the zone can be written at a moment: PDT, -0700, -07:00."""
    offset = f"{pacific(moment):%z}"
    return {f"{pacific(moment):%Z}", offset, f"{offset[:-2]}:{offset[-2:]}"}


def moments(local: datetime) -> list[datetime]:
    """The moments, none to two, at which a clock in California shows `local`."""
    both = {local.replace(tzinfo=PACIFIC, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in both if pacific(one).replace(tzinfo=None, fold=0) == local)
