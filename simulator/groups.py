"""The rows of an answer, as OASIS groups them: by operating date, node and component, shuffled."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulator.board import Board
from simulator.operating_dates import Slot, slots_between
from simulator.prices import Components, price_text
from simulator.pricing_nodes import is_aggregated
from simulator.query_parsing import PriceQuery
from simulator.reports import CURRENT_HUBS, Item

Row = tuple[Slot, str]


@dataclass(slots=True)
class Group:
    """All values of one component of one node in one operating date."""

    node: str
    item: Item
    opr_date: str
    rows: list[Row]


@dataclass(slots=True)
class Tally:
    """Counts rows as they pass, so that they need not all be in memory."""

    rows: int = 0

    def counted(self, groups: Iterator[Group]) -> Iterator[Group]:
        for group in groups:
            self.rows += len(group.rows)
            yield group


@dataclass(frozen=True, slots=True)
class Selection:
    """What a query selects from the board as of `now`, in epoch seconds."""

    board: Board
    query: PriceQuery
    now: float
    oldest: float
    only: Item | None = None

    def of(self, item: Item) -> "Selection":
        return replace(self, only=item)

    def groups(self) -> Iterator[Group]:
        """Day by day, so that a month of five-minute prices is never in memory at once."""
        day: list[Slot] = []
        for slot in self._slots():
            if day and slot.day != day[0].day:
                yield from self._groups_of(day)
                day = []
            day.append(slot)
        yield from self._groups_of(day)

    def _slots(self) -> list[Slot]:
        start = max(self.query.start, self.oldest)
        slots = slots_between(start, self.query.end, self.query.report.market.seconds)
        return self._newest(slots) if self.query.report is CURRENT_HUBS else slots

    def _newest(self, slots: list[Slot]) -> list[Slot]:
        market = self.query.report.market
        shown = (s for s in reversed(slots) if self.board.is_published(market, s, now=self.now))
        return [slot for slot in [next(shown, None)] if slot]

    def _groups_of(self, day: list[Slot]) -> Iterator[Group]:
        for node in self._nodes():
            prices = [(slot, shown) for slot in day if (shown := self._shown(node, slot))]
            if prices:
                yield from (self._group(node, item, prices) for item in self._items())

    def _nodes(self) -> list[str]:
        known = self.board.nodes
        if self.query.everything == "ALL_APNODES":
            return sorted(node for node in known if is_aggregated(node))
        return sorted(known if self.query.everything else set(known) & set(self.query.nodes))

    def _items(self) -> tuple[Item, ...]:
        return (self.only,) if self.only else self.query.report.items

    def _shown(self, node: str, slot: Slot) -> Components | None:
        return self.board.shown(node, self.query.report.market, slot, now=self.now)

    def _group(self, node: str, item: Item, prices: list[tuple[Slot, Components]]) -> Group:
        rows = [(slot, price_text(getattr(price, item.field))) for slot, price in prices]
        opr_date = rows[0][0].opr_date
        random.Random(f"{self.board.seed}{opr_date}{node}{item.data_item}").shuffle(rows)
        return Group(node, item, opr_date, rows)
