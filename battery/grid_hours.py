"""What the grid allows by the hour. Pure, and without numpy."""

from typing import NamedTuple


class GridHours(NamedTuple):
    """What the grid allows from one Pacific hour of the day to another, MW; None: all."""

    from_hour: int
    until_hour: int
    in_mw: float | None
    out_mw: float | None
