"""Processes: they do one thing at a time, a step at a time, and can be killed anywhere."""

from collections.abc import Callable

from tests.model.model_reader import Reader, Wire
from tests.model.stepped_fanout import Client, Fanout, Steps


class Process:
    """Something that does one task after another, a step at a time, and can be killed."""

    __slots__ = ("begin", "task")

    def __init__(self, begin: Callable[[], Steps | None]) -> None:
        self.begin = begin
        self.task: Steps | None = None

    def step(self) -> None:
        """One step of the task, or the next task's first."""
        if self.task is None:
            self.task = self.begin()
        self.go_on()

    def go_on(self) -> None:
        """One step of the task, if there is one."""
        if self.task is not None:
            try:
                next(self.task)
            except StopIteration:
                self.task = None

    def kill(self) -> None:
        """Wherever it is; what it locked is free again."""
        if self.task is not None:
            self.task.close()
            self.task = None


class WebProcess:
    """A fan-out with its connections' tasks; a restart begins with nothing."""

    __slots__ = ("beat", "fanout", "listen", "number", "pace", "sessions", "world")

    def __init__(self, world, number: int) -> None:
        self.world = world
        self.number = number
        self.listen = Process(self.next_message)
        self.beat = Process(lambda: self.fanout.beat())
        self.pace = Process(lambda: self.fanout.keep_pace())
        self.start()

    def start(self) -> None:
        self.fanout = Fanout(self.world.database, f"web {self.number}", self.world.rng)
        self.sessions: dict[Wire, tuple[Client, Process]] = {}

    def next_message(self) -> Steps | None:
        """Handle what has come, if anything has: now and then more than one message."""
        messages = []
        while message := self.world.bus.receive(self.number):
            messages.append(message)
            if self.world.rng.random() < 0.5:
                break
        return self.fanout.listen(messages) if messages else None

    def connect(self, wire: Wire, reader: Reader) -> None:
        """A reader connects, with the cursors it has."""
        client = Client(wire, dict(reader.cursors))
        session = Process(lambda: None)
        session.task = self.fanout.serve(client)
        self.sessions[wire] = (client, session)

    def disconnect(self, wire: Wire) -> None:
        """A reader's connection is closed."""
        if wire in self.sessions:
            client, session = self.sessions.pop(wire)
            session.kill()
            self.fanout.leave(client)

    def serve(self, wire: Wire) -> None:
        """One step of a connection's task."""
        self.sessions[wire][1].go_on()

    def kill(self) -> None:
        """The process dies, with all its connections."""
        self.listen.kill()
        self.beat.kill()
        self.pace.kill()
        for _, session in self.sessions.values():
            session.kill()
        self.start()
