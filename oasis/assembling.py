"""From rows to prices: five rows, which may lie far apart, make one price. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from market.intervals import NaiveTime, from_iso
from market.markets import Market
from oasis.errors import BadAnswer
from oasis.published import Answer, PublishedPrice, checked, interval_fault

# A price is five rows in varying order, one for each data item; LMP_GHG_PRC may be missing.
PLACES = {
    "LMP_PRC": 0,
    "LMP_ENE_PRC": 1,
    "LMP_CONG_PRC": 2,
    "LMP_LOSS_PRC": 3,
    "LMP_GHG_PRC": 4,
}
NAMES = ("LMP", "energy", "congestion", "loss", "greenhouse gas")
GHG = 4
# Decimal itself accepts NaN, 1e999999, 1_000 and the digits of every script.
# OASIS writes up to five decimals; the group has those beyond, which are rounded off.
NUMBER = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,5}([0-9]{1,3})?)?")
FIVE_PLACES = Decimal("0.00001")
# A day of all 16,577 nodes is two million, at some 200 bytes each.
MOST_ROWS_KEPT = 2_500_000
# Three times as many nodes as there are: a limit for a file of nothing but names.
MOST_NAMES, LONGEST_NAME = 50_000, 60

# A column of values, joined with spaces: matching it whole is many times as fast.
NUMBERS = re.compile(r"(?:-?[0-9]{1,6}(?:\.[0-9]{1,5})? )*")

Node = tuple[Market, str]
Row = tuple[str, str, str, str, str]
Column = Sequence[str]
Parts = tuple[dict[datetime, Decimal], ...]


class Assembler:
    """Gathers the rows of one archive, in any order and from any member.

    Rows of other nodes than `nodes` are dropped at once, so a long file takes little memory.
    """

    def __init__(self, nodes: Collection[str] | None = None) -> None:
        self.nodes = None if nodes is None else frozenset(nodes)
        self.kept = 0
        self.other_rows = 0
        self.other_item = ""
        self.parts: dict[Node, Parts] = {}
        self.faults: dict[Node, dict[datetime, str]] = defaultdict(dict)
        self.result = Answer()
        self.names = self.result.names
        self.times: dict[Market, dict[tuple[str, str], datetime | str]] = defaultdict(dict)
        self.moments: dict[str, datetime | str] = {}

    def add_columns(
        self,
        market: Market,
        items: Column,
        nodes: Column,
        starts: Column,
        ends: Column,
        values: Column,
    ) -> bool:
        """Add the rows of one data item of one node by column. False if they are unusual: then
        nothing is added, and `add` has to do it."""
        place = PLACES.get(items[0])
        if place is None or len(set(items)) != 1 or len(set(nodes)) != 1:
            return False
        if self.wanted(nodes[0]):
            self.count_kept(len(values))
            held = self.columns_of(market, nodes[0])[place]
            fresh = self.values_by_start(market, starts, ends, values)
            if fresh is None or not held.keys().isdisjoint(fresh):
                return False
            held.update(fresh)
        self.result.rows += len(values)
        return True

    def values_by_start(
        self, market: Market, starts: Column, ends: Column, values: Column
    ) -> dict[datetime, Decimal] | None:
        """The values by interval start, or None if one can't be read or comes twice."""
        text = " ".join(values) + " "
        if text.count(" ") != len(values) or not NUMBERS.fullmatch(text):
            return None
        times = self.times[market]
        pairs = zip(starts, ends, strict=True)
        moments = [times.get(pair) or self.time(market, *pair) for pair in pairs]
        by_start = dict(zip(moments, map(Decimal, values), strict=True))
        if len(by_start) < len(values) or any(isinstance(moment, str) for moment in by_start):
            return None
        return by_start  # type: ignore[return-value]

    def add(self, market: Market, rows: Iterable[Row]) -> None:
        """Add (data item, node, start, end, value) rows of `market`, all still text."""
        for item, node, start, end, value in rows:
            self.result.rows += 1
            place = PLACES.get(item)
            if place is None:
                self.other_rows += 1
                self.other_item = item
                continue
            if not self.wanted(node):
                continue
            self.count_kept(1)
            moment = self.times[market].get((start, end)) or self.time(market, start, end)
            if isinstance(moment, str):
                self.result.reject(f"{market} {node} {start}", moment)
            else:
                self.put_value(market, node, moment, place, value)

    def put_value(
        self, market: Market, node: str, moment: datetime, place: int, value: str
    ) -> None:
        """Keep one value, or why the price of its interval has to be rejected."""
        held = self.columns_of(market, node)[place]
        match = NUMBER.fullmatch(value)
        if match is None:
            self.faults[market, node][moment] = f"{NAMES[place]} is {value[:40]!r}, not a number"
            return
        number = Decimal(value).quantize(FIVE_PLACES) if match[1] else Decimal(value)
        if held.setdefault(moment, number) != number:
            both = f"{NAMES[place]} is both {held[moment]} and {number}"
            self.faults[market, node][moment] = both

    def count_kept(self, rows: int) -> None:
        """Count rows that stay in memory. Raises BadAnswer if they are too many."""
        self.kept += rows
        if self.kept > MOST_ROWS_KEPT:
            many = f"more than {MOST_ROWS_KEPT:,} rows of prices"
            raise BadAnswer(f"{many}: choose some of the nodes")

    def columns_of(self, market: Market, node: str) -> Parts:
        """The five columns of one node, by interval start."""
        if (market, node) not in self.parts:
            self.parts[market, node] = tuple({} for _ in NAMES)
        return self.parts[market, node]

    @property
    def taken(self) -> int:
        """How many rows of prices there were, at any node."""
        return self.result.rows - self.other_rows

    def wanted(self, node: str) -> bool:
        """Whether this node was asked for. Its name is kept in any case."""
        if node not in self.names:
            self.add_name(node)
        return self.nodes is None or node in self.nodes

    def add_name(self, node: str) -> None:
        """Keep the name of a node seen for the first time."""
        if len(node) <= LONGEST_NAME and len(self.names) < MOST_NAMES:
            self.names.add(node)

    def time(self, market: Market, start: str, end: str) -> datetime | str:
        """The interval start that two timestamps give, or what is wrong; kept for the next row."""
        first, last = self.moment(start), self.moment(end)
        if isinstance(first, str):
            moment: datetime | str = first
        elif isinstance(last, str):
            moment = last
        else:
            moment = interval_fault(market, first, last) or first
        self.times[market][start, end] = moment
        return moment

    def moment(self, text: str) -> datetime | str:
        """A timestamp, or what is wrong with it; kept, as the next row may have it too."""
        if text not in self.moments:
            try:
                self.moments[text] = from_iso(text)
            except NaiveTime as fault:
                self.moments[text] = str(fault)
            except ValueError:
                self.moments[text] = f"{text[:40]!r} is not a timestamp"
        return self.moments[text]

    def answer(self) -> Answer:
        """The prices that are complete and add up, and the reason for each that is rejected."""
        answer = self.result
        answer.nodes = {node for _, node in self.parts}
        for (market, node), parts in self.parts.items():
            faults = self.faults.get((market, node), {})
            columns = [part.get for part in parts]
            for start in dict.fromkeys(chain(*parts, faults)):
                held = [column(start) for column in columns]
                reason = faults.get(start) or missing_parts(held)
                found = reason or checked(PublishedPrice(node, market, start, *held))  # type: ignore[arg-type]
                if isinstance(found, PublishedPrice):
                    answer.prices.append(found)
                else:
                    answer.reject(f"{market} {node} {start:%Y-%m-%dT%H:%MZ}", found)
        return answer


def missing_parts(held: list[Decimal | None]) -> str | None:
    """Which of LMP, energy, congestion and loss are missing, as a reason, or None."""
    if None not in held[:GHG]:
        return None
    return "no " + ", ".join(NAMES[place] for place in range(GHG) if held[place] is None)
