"""The stand-in for OASIS, which publishes a five-minute interval every two seconds or so."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from simulator.board import Board
from simulator.operating_dates import Slot
from simulator.publication import Timetable
from simulator.reports import Market
from simulator.server import Running, running
from simulator.stand_in import StandIn

INTERVAL_S = 300
EVERY_S = 2.0
BEGINS_AGO_S = 14 * 3600
HUB = "TH_SP15_GEN-APND"
# An alert opens at every eighth interval, and is over two later: eight messages a minute, below the
# ten at which they are gathered.
HIGH_EVERY, HIGH_FOR, HIGH = 8, 2, Decimal(1500)


@dataclass(slots=True)
class Tide(Board):
    """Shows real-time prices up to a moment that moves on while nobody holds it."""

    until: list[float] = field(default_factory=lambda: [0.0])

    def is_published(self, market: Market, slot: Slot, *, now: float) -> bool:
        if market is Market.RTM:
            return slot.epoch < self.until[0]
        return Board.is_published(self, market, slot, now=now)


class Source:
    """Publishes one interval after the other, until there are none or it is held."""

    def __init__(self, board: Tide, oasis: Running) -> None:
        self.board, self.oasis = board, oasis
        self.flows = asyncio.Event()
        self.highs = 0

    @property
    def newest(self) -> datetime:
        """The start of the interval that was published last."""
        return datetime.fromtimestamp(self.board.until[0] - INTERVAL_S, UTC)

    async def publish(self) -> None:
        """Goes on for ever."""
        while True:
            await self.flows.wait()
            self.publish_one()
            await asyncio.sleep(EVERY_S)

    def publish_one(self) -> None:
        start = int(self.board.until[0])
        number = start // INTERVAL_S
        if number % HIGH_EVERY < HIGH_FOR:
            self.board.force(HUB, Market.RTM, start, HIGH, at=time.time())
            self.highs += number % HIGH_EVERY == 0
        self.board.until[0] = start + INTERVAL_S


@contextmanager
def publishing() -> Iterator[Source]:
    """A stand-in without OASIS's limits."""
    board = Tide(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = (time.time() - BEGINS_AGO_S) // (HIGH_EVERY * INTERVAL_S) * (
        HIGH_EVERY * INTERVAL_S
    ) - INTERVAL_S
    with running(StandIn(board=board)) as oasis:
        yield Source(board, oasis)
