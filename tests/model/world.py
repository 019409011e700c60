"""One run: actors that take turns by chance, faults among them, then quiet, then the checks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from tests.model import invariants, worker
from tests.model.bus import Bus
from tests.model.database import Database
from tests.model.market import NOON, OasisMarket
from tests.model.model_faults import Faults
from tests.model.model_reader import Reader, Wire
from tests.model.process import Process, WebProcess
from tests.model.stepped_fanout import Steps
from tests.model.violation import Violation

STEPS = 500
SECOND = timedelta(seconds=1)
WEB_PROCESSES = 2
READERS = 3
QUIET_ROUNDS = 400
BEAT_EVERY = 25


class World:
    """Everything there is, and whose turn it is."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.clock = 0
        self.market = OasisMarket(self.rng)
        self.database = Database()
        self.bus = Bus(self.rng, WEB_PROCESSES)
        self.redelivered: list[tuple[list, datetime]] = []
        self.turn_is_taken = False
        self.is_quiet = False
        self.alerts = 0
        self.faults = Faults(self)
        self.workers = [Process(self.next_answer) for _ in range(2)]
        self.workers.append(Process(lambda: worker.judge(self)))
        self.web = [WebProcess(self, number) for number in range(WEB_PROCESSES)]
        self.readers = [Reader(f"reader {number}") for number in range(READERS)]
        self.turns = self.all_turns()

    @property
    def now(self) -> datetime:
        """The clock as a moment."""
        return NOON + self.clock * SECOND

    def all_turns(self) -> list[Callable[[], None]]:
        """Every actor's step, as often as it gets a turn."""
        turns = [self.market.move, self.faults.strike]
        turns += [process.step for process in self.workers] * 5
        for web in self.web:
            turns += [web.listen.step] * 4 + [web.beat.step, web.pace.step]
        turns += [lambda reader=reader: self.serve(reader) for reader in self.readers] * 3
        turns += [reader.read for reader in self.readers] * 2
        return turns

    def next_answer(self) -> Steps:
        """A worker's next task: an answer that came before, once more, or a new one."""
        if self.redelivered and self.rng.random() < 0.5:
            return worker.store(self, *self.redelivered.pop())
        return worker.fetch(self)

    def dawdle(self) -> Steps:
        """Mostly no time, sometimes long."""
        if not self.is_quiet:
            for _ in range(int(14 * self.rng.random() ** 4)):
                yield

    def web_of(self, wire: Wire) -> WebProcess | None:
        """The process at the other end of a connection."""
        for web in self.web:
            if wire in web.sessions:
                return web
        return None

    def serve(self, reader: Reader) -> None:
        """One step of a reader's connection at the server; a reader without one connects."""
        web = self.web_of(reader.wire)
        if web:
            web.serve(reader.wire)
        elif self.clock >= reader.away_until or self.is_quiet:
            self.connect(reader)

    def connect(self, reader: Reader) -> None:
        """To any web process, with its cursors or as a new page."""
        roll = self.rng.random()
        if roll < 0.1 and not self.is_quiet:
            reader.forget()
        reader.suspects.clear()
        reader.wire = Wire()
        self.web[int(roll * WEB_PROCESSES)].connect(reader.wire, reader)

    def run(self) -> None:
        """Faults, then quiet, then what must hold. Raises Violation."""
        turns, random = self.turns, self.rng.random
        count = len(turns)
        for self.clock in range(STEPS):
            turns[int(random() * count)]()
        self.settle()
        invariants.check(self)

    def settle(self) -> None:
        """Faults end but for the bus: OASIS answers, tasks end, readers catch up by heartbeats."""
        self.is_quiet = True
        for process in self.workers:
            self.finish(process)
        last = self.workers[0]
        last.task = worker.store(self, self.market.everything(), self.now + SECOND)
        self.finish(last)
        for number in range(QUIET_ROUNDS):
            self.quiet_round(number)
            if all(self.is_done(reader) for reader in self.readers):
                return

    def finish(self, process: Process) -> None:
        """Let a task end, beside the others."""
        for _ in range(QUIET_ROUNDS):
            self.clock += 1
            for other in self.workers:
                other.go_on()
            if process.task is None:
                return
        raise Violation("a transaction never ends")

    def quiet_round(self, number: int) -> None:
        """A step of everybody; now and then a heartbeat."""
        self.clock += 1
        for web in self.web:
            web.listen.step()
            web.pace.step()
            if web.beat.task or number % BEAT_EVERY == 0:
                web.beat.step()
        for reader in self.readers:
            self.serve(reader)
            reader.read()

    def is_done(self, reader: Reader) -> bool:
        """Whether a reader has read everything, up to the heads."""
        return (
            reader.wire is not None
            and not reader.wire.frames
            and all(
                reader.cursors[node] == (rows.epoch, rows.head)
                for node, rows in self.database.rows.items()
            )
        )
