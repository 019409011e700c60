"""The readers of this process: who they are, what they stand at, and writing to them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator

import structlog

from live import counted, frames
from live.caught_up import CaughtUp, Row
from live.close_codes import GOING_AWAY, TOO_SLOW
from live.delivery import Audience, Delivery, Parcel, slices
from live.pace import Pace, due_at
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
        self.caught_up: CaughtUp[Reader, Audience] = CaughtUp(Audience)
        self.rota: Rota[Reader] = Rota(TURNS)
        self.pace = Pace(time.monotonic())
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

    async def write_some(self) -> None:
        """Write what waits, as far as the pace allows now."""
        await self.deliver(self.allowed(time.monotonic()))

    async def write_due(self) -> None:
        """Write what must not wait any longer."""
        now = time.monotonic()
        due = (row for row in self.caught_up.waiting() if due_at(row.since) <= now)
        await self.deliver(map(self.taken, due))

    async def write_all(self) -> None:
        """Write everything that waits."""
        await self.deliver(map(self.taken, self.caught_up.waiting()))

    def allowed(self, now: float) -> Iterator[Delivery]:
        """What waits, row by row, until one has to wait longer."""
        for row in self.caught_up.waiting():
            if not self.pace.may_write(now):
                return
            yield self.taken(row)

    def taken(self, row: Row[Reader, Audience]) -> Delivery:
        """What waits for a row, which is written now."""
        self.pace.count(len(row.members))
        return Delivery(self.caught_up.together(row), Parcel(row.take(time.monotonic())))

    def due_in_s(self) -> float | None:
        """Seconds until something must not wait any longer; None if nothing waits."""
        rows = self.caught_up.waiting()
        return max(0.0, due_at(rows[0].since) - time.monotonic()) if rows else None

    async def deliver(self, deliveries: Iterable[Delivery]) -> None:
        """Write each parcel to its readers, and let other tasks run now and then."""
        for number, some in enumerate(slices(deliveries)):
            if number:
                await asyncio.sleep(0)
            for audience, parcel in some:
                others = audience.write(parcel)
                counted.frames_written(parcel.frames, len(audience) - len(others))
                for reader in others:
                    await self.send_parcel(reader, parcel)

    async def send_parcel(self, reader: Reader, parcel: Parcel) -> None:
        """Send a parcel in the server's way, unless the reader has left meanwhile."""
        if reader in self.everyone:
            await self.send(reader, *parcel.frames)
            if parcel.pings:
                reader.wire.ping()

    async def send(self, reader: Reader, *frames: Frame) -> None:
        """Write frames to a reader; one whose backlog is too long is too slow instead."""
        for frame in frames:
            if reader.is_slow():
                await self.too_slow(reader)
                return
            if frame.moved:
                reader.cursors[frame.moved.slug] = frame.moved.cursor
            await reader.wire.write(frame)
            counted.frames_written([frame])

    async def cut(self, reader: Reader) -> None:
        """Close the connection of a slow reader, which can reconnect and resume."""
        log.info("cut a slow reader", backlog=reader.wire.backlog)
        counted.reader_dropped("slow")
        self.leave(reader)
        await reader.wire.close(TOO_SLOW)

    async def send_away(self, reader: Reader, frame: Frame, code: int) -> None:
        """Tell a reader why it may not read any longer, and close its connection."""
        counted.reader_dropped("session")
        self.leave(reader)
        await reader.wire.write(frame)
        await reader.wire.close(code)

    def drop_the_silent(self, turn: int) -> None:
        """Give up the readers of a turn whose connection is dead: they did not answer a ping."""
        for reader in list(self.rota.turns[turn]):
            wire = reader.wire
            if not wire.backlog and not wire.has_spoken():  # behind a backlog it has seen no ping
                log.info("dropped a silent reader")
                counted.reader_dropped("silent")
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
