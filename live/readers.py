"""The readers of this process: who they are, what they stand at, and writing to them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import structlog

from live import frames
from live.caught_up import CaughtUp
from live.close_codes import GOING_AWAY, TOO_SLOW
from live.delivery import Delivery, slices, written_now
from live.reader import Reader, Way
from live.rota import Rota
from live.wire import Frame, Wire

log = structlog.get_logger(__name__)
# Heartbeats are spread over so many moments, or all readers would be written to at once.
TURNS = 20
CLOSING_SECONDS = 3
RETRY_MS = (500, 5_000)


class Readers:
    """Everybody who is connected; `too_slow` says what becomes of who takes too little."""

    def __init__(self, too_slow: Callable[[Reader], Awaitable[None]]) -> None:
        self.too_slow = too_slow
        self.everyone: set[Reader] = set()
        self.joining: set[Reader] = set()  # have not been greeted yet
        self.ways: Counter[Way] = Counter()
        self.caught_up: CaughtUp[Reader] = CaughtUp()
        self.rota: Rota[Reader] = Rota(TURNS)
        self.closing = False

    def enter(self, reader: Reader) -> None:
        """From now on it gets heartbeats; publications once it has caught up."""
        self.everyone.add(reader)
        self.ways[reader.way] += 1
        self.rota.add(reader)

    def leave(self, reader: Reader) -> None:
        """Forget a reader whose connection is closed; again does no harm."""
        if reader in self.everyone:
            self.everyone.remove(reader)
            self.ways[reader.way] -= 1
        self.rota.leave(reader)
        self.caught_up.leave(reader)

    def expect(self, reader: Reader) -> bool:
        """Whether anything is still to be sent to a reader."""
        return reader in self.everyone and not self.closing

    async def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Write each parcel to its readers, and let other tasks run now and then."""
        for some in slices(deliveries):
            for delivery in some:
                for reader in written_now(delivery):
                    if reader in self.everyone:
                        await self.send(reader, *delivery.parcel.frames)
                        if delivery.parcel.pings:
                            reader.wire.ping()
            await asyncio.sleep(0)

    async def send(self, reader: Reader, *frames: Frame) -> None:
        """Write frames to a reader; one whose backlog is too long is too slow instead."""
        for frame in frames:
            if reader.is_slow():
                await self.too_slow(reader)
                return
            if frame.moved:
                reader.cursors[frame.moved.slug] = frame.moved.cursor
            await reader.wire.write(frame)

    async def cut(self, reader: Reader) -> None:
        """Close the connection of a slow reader, which can reconnect and resume."""
        log.info("cut a slow reader", backlog=reader.wire.backlog)
        self.leave(reader)
        await reader.wire.close(TOO_SLOW)

    def drop_the_silent(self, turn: int) -> None:
        """Give up the readers of a turn whose connection is dead: they did not answer a ping."""
        for reader in list(self.rota.turns[turn]):
            wire = reader.wire
            if not wire.backlog and not wire.has_spoken():  # behind a backlog it has seen no ping
                log.info("dropped a silent reader")
                self.leave(reader)
                wire.drop()

    async def close_all(self) -> None:
        """Send everyone bye, each with its own time to come back, and wait until they have gone.

        That includes readers that were just joining.
        """
        self.closing = True
        notified: set[Reader] = set()
        until = time.monotonic() + CLOSING_SECONDS
        while (there := self.everyone | self.joining) and time.monotonic() < until:
            others = there - notified
            for reader in others:
                await self.say_bye(reader.wire)
            notified |= others
            await asyncio.sleep(0.05)

    async def say_bye(self, wire: Wire) -> None:
        """Send bye with a random time to come back, and close.

        Many are given more time: a thousand a second can be let in.
        """
        soonest, latest = RETRY_MS
        retry_ms = random.randint(soonest, max(latest, len(self.everyone)))
        await wire.write(Frame("bye", frames.bye(retry_ms), retry_ms))
        await wire.close(GOING_AWAY)
