"""The prices that OASIS shows at an instant, by seed, timetable, nodes and forced prices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from simulator.operating_dates import Slot, slots
from simulator.prices import Components, forced, price
from simulator.pricing_nodes import DEFAULT_NODES
from simulator.publication import Timetable, published_at, revised_at
from simulator.reports import Market


@dataclass(frozen=True, slots=True)
class Override:
    """A price that a test forced at an epoch second. It is shown at once, published or not."""

    lmp: Decimal
    at: float


@dataclass(frozen=True, slots=True)
class Correction:
    """A published price that changed afterwards."""

    node: str
    market: Market
    slot: Slot
    at: float


@dataclass(slots=True)
class Board:
    seed: int = 1
    timetable: Timetable = field(default_factory=Timetable)
    nodes: tuple[str, ...] = DEFAULT_NODES
    overrides: dict[tuple[str, Market, int], Override] = field(default_factory=dict)

    def force(self, node: str, market: Market, epoch: int, lmp: Decimal, *, at: float) -> None:
        """Raises ValueError for an unknown node or interval."""
        if node not in self.nodes or epoch % market.seconds:
            raise ValueError(f"{market} has no price of {node} at epoch second {epoch}")
        self.overrides = {**self.overrides, (node, market, epoch): Override(lmp, at)}

    def shown(self, node: str, market: Market, slot: Slot, *, now: float) -> Components | None:
        """The price as of `now` (epoch seconds), None until it is published."""
        override = self.overrides.get((node, market, slot.epoch))
        if override is not None:
            return forced(self._calculated(node, market, slot, now), override.lmp)
        if not self.is_published(market, slot, now=now):
            return None
        return self._calculated(node, market, slot, now)

    def is_published(self, market: Market, slot: Slot, *, now: float) -> bool:
        appears = published_at(self.seed, self.timetable, market, slot)
        return appears is not None and appears <= now

    def _calculated(self, node: str, market: Market, slot: Slot, now: float) -> Components:
        changes = revised_at(self.seed, self.timetable, market, slot)
        revised = changes is not None and changes <= now
        return price(self.seed, node, market, slot, revised=revised)

    def corrections(self, day: date, *, now: float) -> Iterator[Correction]:
        """The corrections of an operating date by `now`, in all markets."""
        for market in Market:
            for slot in slots(day, market.seconds):
                for node, at in self._corrected(market, slot, now):
                    yield Correction(node, market, slot, at)

    def _corrected(self, market: Market, slot: Slot, now: float) -> Iterator[tuple[str, float]]:
        changes = revised_at(self.seed, self.timetable, market, slot)
        appears = published_at(self.seed, self.timetable, market, slot)
        for node in self.nodes:
            override = self.overrides.get((node, market, slot.epoch))
            if override is not None and appears is not None and appears <= override.at <= now:
                yield node, override.at
            elif override is None and changes is not None and changes <= now:
                yield node, changes
