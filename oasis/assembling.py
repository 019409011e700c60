"""From rows to prices: five rows, which may lie far apart, make one price. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from market.markets import Market
from oasis.completing import NAMES, Parts, Rejected, completed
from oasis.errors import BadAnswer
from oasis.interval_times import IntervalTimes
from oasis.published import LARGEST, Answer, PublishedPrice

# A price is five rows in varying order, one for each data item; LMP_GHG_PRC may be missing.
PLACES = {
    "LMP_PRC": 0,
    "LMP_ENE_PRC": 1,
    "LMP_CONG_PRC": 2,
    "LMP_LOSS_PRC": 3,
    "LMP_GHG_PRC": 4,
}
# Decimal itself accepts NaN, 1e999999, 1_000 and the digits of every script.
# OASIS writes up to five decimals; the group has those beyond, which are rounded off.
NUMBER = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,5}([0-9]{1,3})?)?")
FIVE_PLACES = Decimal("0.00001")
# A day of all 16,577 nodes is two million, at some 200 bytes each.
MOST_ROWS_KEPT = 2_500_000
# Three times as many nodes as there are: a limit for a file of nothing but names.
MOST_NAMES, LONGEST_NAME = 50_000, 60

# A column of values, each on a line: matching it whole is many times as fast.
NUMBERS = re.compile(r"(?:-?[0-9]{1,4}+(?:\.[0-9]{1,5}+)?+\n)*+")

Node = tuple[Market, str]
Row = tuple[str, str, str, str, str]
Column = Sequence[str]
# A column of interval starts, or None if one can't be read. It is made only where it is wanted.
Starts = Callable[[], list[datetime] | None]


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
        # Whole prices, from plain files; None where a file has two for one interval.
        self.plain: dict[Node, dict[datetime, PublishedPrice | None]] = defaultdict(dict)
        self.faults: dict[Node, dict[datetime, str]] = defaultdict(dict)
        self.with_large: set[Node] = set()
        self.result = Answer()
        self.names = self.result.names
        self.times = {market: IntervalTimes(market) for market in Market}

    def add_column(
        self, market: Market, item: str, node: str, starts: Starts, values: Column
    ) -> bool:
        """Add the rows of one data item of one node. False if anything in them is unusual: then
        nothing is added, and `add` has to do it."""
        place = PLACES.get(item)
        if place is None:
            return False
        if self.wanted(node):
            moments = starts()
            if moments is None or not are_numbers(values):
                return False
            held = self.columns_of(market, node)[place]
            if not hold(held, moments, values):
                return False
            self.count_kept(len(values))
        self.result.rows += len(values)
        return True

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
            moment = self.times[market].one(start, end)
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
            fault = f"{NAMES[place]} is {value[:40]!r}, not a number"
            self.faults[market, node][moment] = fault
            return
        number = Decimal(value).quantize(FIVE_PLACES) if match[1] else Decimal(value)
        if held.setdefault(moment, number) != number:
            both = f"{NAMES[place]} is both {held[moment]} and {number}"
            self.faults[market, node][moment] = both
        elif abs(number) > LARGEST:
            self.with_large.add((market, node))

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

    def answer(self) -> Answer:
        """The prices that are complete and add up, and the reason for each that is rejected.

        Raises BadAnswer for reports and plain files in one zip, which may contradict each other.
        """
        if self.parts and self.plain:
            raise BadAnswer("OASIS reports and plain CSV in one zip: load each by itself")
        answer = self.result
        answer.nodes = {node for _, node in (*self.parts, *self.plain)}
        for prices in self.plain.values():
            answer.prices += filter(None, prices.values())
        for (market, node), parts in self.parts.items():
            faults = self.faults.get((market, node), {})
            is_usual = not faults and (market, node) not in self.with_large
            found = completed(market, node, parts, faults, is_usual=is_usual)
            answer.prices += [one for one in found if isinstance(one, PublishedPrice)]
            for start, reason in (one for one in found if isinstance(one, Rejected)):
                answer.reject(f"{market} {node} {start:%Y-%m-%dT%H:%MZ}", reason)
        return answer


def are_numbers(values: Column) -> bool:
    """Whether all values are numbers with up to five decimals."""
    return NUMBERS.fullmatch("\n".join(values) + "\n") is not None


def hold(held: dict[datetime, Decimal], moments: list[datetime], values: Column) -> bool:
    """Hold the values by their moments. False, and nothing changed, if a moment comes twice."""
    if not held.keys().isdisjoint(moments):
        return False
    before = len(held)
    held.update(zip(moments, decimals(values), strict=True))
    if len(held) == before + len(values):
        return True
    for moment in set(moments):
        del held[moment]
    return False


def decimals(values: Column) -> Iterator[Decimal]:
    """The values as numbers. Some columns are hardly more than zeros: one is made of each."""
    distinct = set(values)
    if len(distinct) * 2 > len(values):
        return map(Decimal, values)
    return map({value: Decimal(value) for value in distinct}.__getitem__, values)
