"""Pacific times as people write and read them, also in the two hours of the clock changes. Pure."""

import re
from datetime import UTC, date, datetime, time

from market.intervals import PACIFIC, pacific

CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))? ?([A-Za-z]{2,3}|[+-][0-9]{2}:?[0-9]{2})?"
)


class UnclearTime(ValueError):
    """A time that does not exist or is ambiguous; the text is a sentence for the user."""


def clock_text(moment: datetime) -> str:
    """`01:30:00 PDT`."""
    return f"{pacific(moment):%H:%M:%S %Z}"


def read(day: date, clock: str) -> datetime:
    """The moment when it is `clock` on `day` in California, in UTC.

    Raises UnclearTime, also if it needs PDT or PST to be clear.
    """
    whole = CLOCK.fullmatch(clock.strip())
    if whole is None:
        raise UnclearTime("Enter a time like 14:30 or 14:30:00 PDT.")
    try:
        shown = time(int(whole[1]), int(whole[2]), int(whole[3] or 0))
    except ValueError as fault:
        raise UnclearTime(f"{clock.strip()} is not a time of day.") from fault
    return resolved(datetime.combine(day, shown), whole[4] or "PT")


def resolved(local: datetime, zone: str) -> datetime:
    """The moment of a Pacific time; `zone` is PDT, PST, an offset, or PT if none was written."""
    try:
        found = moments_of(local)
    except OverflowError as fault:
        raise UnclearTime("There is no such date.") from fault
    if not found:
        raise UnclearTime(f"There is no {local:%H:%M} on {local:%-d %B %Y}: clocks go forward.")
    named = [one for one in found if zone.upper() == "PT" or zone.upper() in zone_names(one)]
    if not named:
        right = " or ".join(f"{pacific(one):%Z}" for one in found)
        raise UnclearTime(f"On {local:%-d %B %Y} at {local:%H:%M} it is {right} in California.")
    if len(named) > 1:
        raise UnclearTime(
            f"{local:%H:%M} comes twice on {local:%-d %B %Y}: enter {local:%H:%M} PDT or PST."
        )
    return named[0]


def zone_names(moment: datetime) -> set[str]:
    """Ways to write the zone at a moment: PDT, -0700, -07:00."""
    offset = f"{pacific(moment):%z}"
    return {f"{pacific(moment):%Z}", offset, f"{offset[:-2]}:{offset[-2:]}"}


def moments_of(local: datetime) -> list[datetime]:
    """The moments (none, one or two) when it is `local` in California."""
    both = {local.replace(tzinfo=PACIFIC, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in both if pacific(one).replace(tzinfo=None, fold=0) == local)
