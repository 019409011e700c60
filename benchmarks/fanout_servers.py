"""Ours, the rival and the limit: each with a Valkey of its own, started and ended in turn."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

import psutil

from benchmarks import feed_log
from benchmarks.fanout_kit import Kit
from benchmarks.feed_stage import FeedStage, Program
from benchmarks.stage import DidNotWork, Stage

OURS, RIVAL, LIMIT = "ours", "rival", "uvloop"
NAMES = (OURS, RIVAL, LIMIT)
LINES = {
    RIVAL: "python -m uvicorn fastapi_app:app --host 127.0.0.1 --port {port} --log-level warning",
    LIMIT: "python raw_uvloop.py {port}",
}
HUB = "SP15"
PATHS = {OURS: f"/ws?hubs={HUB}&hours=1", RIVAL: "/ws", LIMIT: "/ws"}
ROOMY = {"SOCKETS_MOST": "11000", "SOCKETS_PER_ADDRESS": "11000"}


class Published(NamedTuple):
    """How many publications there were, and how many a second the publisher managed."""

    publications: int
    rate: float


class Server:
    """A running server with all its processes."""

    def __init__(self, name: str, port: int, process: psutil.Process) -> None:
        self.name = name
        self.port = port
        self.process = process

    @property
    def path(self) -> str:
        """Where its readers connect."""
        return PATHS[self.name]

    def cpu_s(self) -> float:
        """CPU seconds so far. Raises DidNotWork if the server has ended."""
        try:
            return sum(sum(process.cpu_times()[:2]) for process in self.processes())
        except psutil.NoSuchProcess as fault:
            raise DidNotWork(f"{self.name}: a process of the server has ended") from fault

    def memory_mb(self) -> float:
        """The proportional set size, in 1,000,000 bytes."""
        held = 0
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                held += process.memory_full_info().pss
        return held / 1e6

    def processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@dataclass(frozen=True)
class Servers:
    """What runs them: a stage, its filled database, and the kit."""

    feed: FeedStage
    kit: Kit

    @property
    def stage(self) -> Stage:
        return self.feed.stage

    @contextmanager
    def running(self, name: str) -> Iterator[Server]:
        """Start one of them by name, until it answers, and end it."""
        program = self.feed.web if name == OURS else self.beside(name)
        try:
            if name == OURS:
                self.feed.start_programs()
            else:
                self.feed.start_valkey()
                program.start()
                self.stage.wait_until(self.listens, 20, name)
            yield Server(name, self.stage.plan.port, psutil.Process(program.process.pid))
        finally:
            program.end()
            self.feed.valkey.end()

    def beside(self, name: str) -> Program:
        """The rival or the limit."""
        port = str(self.stage.plan.valkey_port)
        ours = {"PYTHONPATH": str(self.kit.apps), "BENCH_REDIS_PORT": port}
        environ = {**self.stage.environ, **ours}
        line = LINES[name].format(port=self.stage.plan.port)
        return Program(replace(self.stage, environ=environ), line, self.kit.apps)

    def listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.stage.plan.port), 1):
            return True
        return False

    def publish(self, name: str, rate: float, seconds: float) -> Published:
        """Publish made-up prices, whatever becomes of them.

        They continue at the feed's head, but are not in the database. Ours gets them by group
        message, as from a task; the others by PUBLISH.
        """
        epoch, head = feed_log.cursors(self.feed.database)[HUB]
        ours = {"BENCH_EPOCH": epoch, "BENCH_REDIS_PORT": str(self.stage.plan.valkey_port)}
        stage = replace(self.stage, environ={**self.stage.environ, **ours})
        mode = "ours" if name == OURS else "raw"
        answer = stage.answer_of(self.kit.publisher, mode, rate, seconds, head)
        return Published(answer["published"], answer["rate"])
