"""From rows to prices: five interleaved, shuffled rows make one price. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from market.intervals import NaiveTime, from_iso
from market.markets import Market
from oasis.errors import BadAnswer
from oasis.published import Answer, PublishedPrice, believed, interval_doubt

# Which place of a price each OASIS data item fills (facts, item 4).
PLACES = {
    "LMP_PRC": 0,
    "LMP_ENE_PRC": 1,
    "LMP_CONG_PRC": 2,
    "LMP_LOSS_PRC": 3,
    "LMP_GHG_PRC": 4,
}
NAMES = ("LMP", "energy", "congestion", "loss", "greenhouse gas")
GHG = 4
# Decimal itself would take NaN, 1e999999, 1_000 and the digits of every script.
# OASIS writes up to five places; the group catches what would be lost beyond them.
NUMBER = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,5}([0-9]{1,3})?)?")
FIVE_PLACES = Decimal("0.00001")
# A day of all 16,577 nodes is two million; they take some 200 bytes each.
MOST_ROWS_KEPT = 2_500_000
# Three times as many as there are: a file of nothing but names takes no more memory than that.
MOST_NAMES, LONGEST_NAME = 50_000, 60

# Values as text, one column; matched at once, which is many times as fast as one by one.
NUMBERS = re.compile(r"(?:-?[0-9]{1,6}(?:\.[0-9]{1,5})? )*")

Node = tuple[Market, str]
Row = tuple[str, str, str, str, str]
Column = Sequence[str]
Parts = tuple[dict[datetime, Decimal], ...]


class Assembler:
    """Gathers the rows of one archive, in whatever order and members they come.

    Those of other `nodes` are let go at once: what is kept is bounded, whatever streams by.
    """

    def __init__(self, nodes: Collection[str] | None = None) -> None:
        self.nodes = None if nodes is None else frozenset(nodes)
        self.kept = 0
        self.other_rows = 0
        self.other_item = ""
        self.parts: dict[Node, Parts] = {}
        self.spoilt: dict[Node, dict[datetime, str]] = defaultdict(dict)
        self.said = Answer()
        self.names = self.said.names
        self.times: dict[Market, dict[tuple[str, str], datetime | str]] = defaultdict(dict)
        self.moments: dict[str, datetime | str] = {}

    def take(
        self,
        market: Market,
        items: Column,
        nodes: Column,
        starts: Column,
        ends: Column,
        values: Column,
    ) -> bool:
        """Take the rows of one item of one node by column; False, and nothing taken, if unusual."""
        place = PLACES.get(items[0])
        if place is None or len(set(items)) != 1 or len(set(nodes)) != 1:
            return False
        if self.wanted(nodes[0]):
            self.keep(len(values))
            held = self.of(market, nodes[0])[place]
            fresh = self.fresh(market, starts, ends, values)
            if fresh is None or not held.keys().isdisjoint(fresh):
                return False
            held.update(fresh)
        self.said.rows += len(values)
        return True

    def fresh(
        self, market: Market, starts: Column, ends: Column, values: Column
    ) -> dict[datetime, Decimal] | None:
        """The values by interval start, or None where one can't be read or comes twice."""
        text = " ".join(values) + " "
        if text.count(" ") != len(values) or not NUMBERS.fullmatch(text):
            return None
        times = self.times[market]
        pairs = zip(starts, ends, strict=True)
        moments = [times.get(pair) or self.time(market, *pair) for pair in pairs]
        fresh = dict(zip(moments, map(Decimal, values), strict=True))
        if len(fresh) < len(values) or any(isinstance(moment, str) for moment in fresh):
            return None
        return fresh  # type: ignore[return-value]

    def add(self, market: Market, rows: Iterable[Row]) -> None:
        """Take (data item, node, start, end, value) rows of `market`, all still text."""
        for item, node, start, end, value in rows:
            self.said.rows += 1
            place = PLACES.get(item)
            if place is None:
                self.other_rows += 1
                self.other_item = item
                continue
            if not self.wanted(node):
                continue
            self.keep(1)
            moment = self.times[market].get((start, end)) or self.time(market, start, end)
            if isinstance(moment, str):
                self.said.reject(f"{market} {node} {start}", moment)
            else:
                self.put(market, node, moment, place, value)

    def put(self, market: Market, node: str, moment: datetime, place: int, value: str) -> None:
        """Put one value in its place, or put down why its interval can't be believed."""
        held = self.of(market, node)[place]
        match = NUMBER.fullmatch(value)
        if match is None:
            self.spoilt[market, node][moment] = f"{NAMES[place]} is {value[:40]!r}, not a number"
            return
        number = Decimal(value).quantize(FIVE_PLACES) if match[1] else Decimal(value)
        if held.setdefault(moment, number) != number:
            both = f"{NAMES[place]} is both {held[moment]} and {number}"
            self.spoilt[market, node][moment] = both

    def keep(self, rows: int) -> None:
        """Count rows that stay in memory. Raises BadAnswer where they are too many."""
        self.kept += rows
        if self.kept > MOST_ROWS_KEPT:
            many = f"more than {MOST_ROWS_KEPT:,} rows of prices"
            raise BadAnswer(f"{many}: choose some of the nodes")

    def of(self, market: Market, node: str) -> Parts:
        """The five columns of one node, by interval start."""
        if (market, node) not in self.parts:
            self.parts[market, node] = tuple({} for _ in NAMES)
        return self.parts[market, node]

    @property
    def taken(self) -> int:
        """How many rows were of prices, of whatever node."""
        return self.said.rows - self.other_rows

    def wanted(self, node: str) -> bool:
        """Whether anybody asked for this node; its name is kept in any case."""
        if node not in self.names:
            self.meet(node)
        return self.nodes is None or node in self.nodes

    def meet(self, node: str) -> None:
        """Keep the name of a node that was not met before."""
        if len(node) <= LONGEST_NAME and len(self.names) < MOST_NAMES:
            self.names.add(node)

    def time(self, market: Market, start: str, end: str) -> datetime | str:
        """The interval start two timestamps mean, or why they mean none; kept for the next row."""
        first, last = self.moment(start), self.moment(end)
        if isinstance(first, str):
            moment: datetime | str = first
        elif isinstance(last, str):
            moment = last
        else:
            moment = interval_doubt(market, first, last) or first
        self.times[market][start, end] = moment
        return moment

    def moment(self, text: str) -> datetime | str:
        """A timestamp, or what is wrong with it. The end of an interval is the next one's start."""
        if text not in self.moments:
            try:
                self.moments[text] = from_iso(text)
            except NaiveTime as fault:
                self.moments[text] = str(fault)
            except ValueError:
                self.moments[text] = f"{text[:40]!r} is not a timestamp"
        return self.moments[text]

    def answer(self) -> Answer:
        """The prices that are whole and add up, and the reason for each that is not."""
        answer = self.said
        answer.nodes = {node for _, node in self.parts}
        for (market, node), parts in self.parts.items():
            spoilt = self.spoilt.get((market, node), {})
            of = [part.get for part in parts]
            for start in dict.fromkeys(chain(*parts, spoilt)):
                held = [value(start) for value in of]
                reason = spoilt.get(start) or lack(held)
                found = reason or believed(PublishedPrice(node, market, start, *held))  # type: ignore[arg-type]
                if isinstance(found, PublishedPrice):
                    answer.prices.append(found)
                else:
                    answer.reject(f"{market} {node} {start:%Y-%m-%dT%H:%MZ}", found)
        return answer


def lack(held: list[Decimal | None]) -> str | None:
    """What is missing of LMP, energy, congestion and loss, or None."""
    if None not in held[:GHG]:
        return None
    return "no " + ", ".join(NAMES[place] for place in range(GHG) if held[place] is None)
