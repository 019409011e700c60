"""A simulated board whose real-time prices appear when a test says so."""

from dataclasses import dataclass, field

from simulator.board import Board
from simulator.operating_dates import Slot
from simulator.reports import Market as SimulatedMarket


@dataclass(slots=True)
class SlowlyRevealed(Board):
    """Shows real-time intervals up to a moment that the test moves on."""

    until: list[float] = field(default_factory=lambda: [0.0])

    def is_published(self, market: SimulatedMarket, slot: Slot, *, now: float) -> bool:
        if market is SimulatedMarket.RTM:
            return slot.epoch < self.until[0]
        return Board.is_published(self, market, slot, now=now)
