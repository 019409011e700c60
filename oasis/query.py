"""Price queries as OASIS takes them: parameters, and long spans cut into windows. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from market.intervals import aware, floor, operating_date
from market.markets import Market

T = TypeVar("T")
MOST_NODES = 10
# OASIS counts the calendar days that a window touches and takes 31 (error 1004). 30 leaves room.
MOST_DAYS = 30
# What never touches more: in March, a day of 23 hours takes an hour more of local time.
LONGEST_WINDOW = timedelta(days=MOST_DAYS - 1, hours=-1)
# At 335 bytes of XML a row, an answer stays well below the 64 MB that are accepted.
MOST_ROWS = 140_000
ROWS_A_PRICE = 5
# At version 1 a report is one XML member, and its price is called VALUE. Versions 3 and 12 may
# answer with five members, one for each component.
VERSION = "1"
CORRECTIONS_GROUP = "PRC_CORR_GRP"


@dataclass(frozen=True)
class PriceQuery:
    """The LMPs of `nodes` in `market` for intervals that start in [start, end)."""

    market: Market
    nodes: tuple[str, ...]
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not 1 <= len(self.nodes) <= MOST_NODES:
            raise ValueError(f"{len(self.nodes)} nodes in one query; OASIS takes 1 to {MOST_NODES}")
        if aware(self.start) >= aware(self.end):
            raise ValueError(f"the window {self.start} to {self.end} is empty")
        for moment in (self.start, self.end):
            if floor(moment, self.market) != aware(moment):
                raise ValueError(f"no interval of {self.market} begins at {moment}")
        if days_touched(self.start, self.end) > MOST_DAYS:
            raise ValueError(f"the window {self.start} to {self.end} is over {MOST_DAYS} days")

    @property
    def parameters(self) -> dict[str, str]:
        """The query string of a SingleZip request."""
        return {
            "queryname": self.market.report,
            "market_run_id": self.market.value,
            "version": VERSION,
            "startdatetime": oasis_time(self.start),
            "enddatetime": oasis_time(self.end),
            "node": ",".join(self.nodes),
        }

    def halves(self) -> tuple["PriceQuery", "PriceQuery"] | None:
        """The query in two windows, or None if one interval is left."""
        middle = floor(self.start + (self.end - self.start) / 2, self.market)
        if not self.start < middle < self.end:
            return None
        return replace(self, end=middle), replace(self, start=middle)


def oasis_time(moment: datetime) -> str:
    """`moment` as OASIS writes it: 20260410T07:00-0000."""
    return f"{aware(moment):%Y%m%dT%H:%M}-0000"


def days_touched(start: datetime, end: datetime) -> int:
    """How many operating dates [start, end) touches."""
    last = aware(end) - timedelta(microseconds=1)
    return (operating_date(last) - operating_date(start)).days + 1


def corrections_parameters(start: datetime, end: datetime) -> dict[str, str]:
    """The query string of a GroupZip request for the price corrections of one trade date."""
    return {
        "groupid": CORRECTIONS_GROUP,
        "resultformat": "6",
        "version": VERSION,
        "startdatetime": oasis_time(start),
        "enddatetime": oasis_time(end),
    }


def windows(
    start: datetime, end: datetime, market: Market, nodes: int, most_rows: int = MOST_ROWS
) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) cut into windows that OASIS takes, oldest first, without gap or overlap.

    For many nodes they are shorter: a month of five-minute prices is 15 MB of XML per node.
    """
    fitting = most_rows // (ROWS_A_PRICE * nodes) * market.interval
    step = min(LONGEST_WINDOW, fitting)
    while start < end:
        stop = min(start + step, end)
        yield start, stop
        start = stop


def groups(nodes: Sequence[T]) -> Iterator[Sequence[T]]:
    """`nodes` in groups that fit one request."""
    for first in range(0, len(nodes), MOST_NODES):
        yield nodes[first : first + MOST_NODES]
