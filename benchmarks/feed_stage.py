"""Valkey, the web process and the publisher, each of which can be killed and restarted; readers."""

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import feed_log
from benchmarks.feed_reader import HUBS, Reader
from benchmarks.stage import DidNotWork, Stage, staged
from deploy import processes, valkey
from deploy.paths import ROOT

ROOMY = {"SOCKETS_MOST": "2000", "SOCKETS_PER_ADDRESS": "2000"}
LAUNCHER_WAITS_S = 1
LOOK_EVERY_S = 0.05
A_START = 50  # sockets opened at a time


class Program:
    """A program of the stage, which can be killed and restarted."""

    def __init__(self, stage: Stage, line: str, cwd: Path = ROOT) -> None:
        self.stage = stage
        self.line = line
        self.cwd = cwd
        self.held = ExitStack()
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        self.process = self.held.enter_context(self.stage.running(self.line, cwd=self.cwd))

    def end(self) -> None:
        self.held.close()

    async def ended(self, within_s: float = 20) -> None:
        """Wait until it has ended. Raises DidNotWork if it does not."""
        until = time.monotonic() + within_s
        while self.process.poll() is None:
            if time.monotonic() > until:
                raise DidNotWork(f"did not end within {within_s} s: {self.line}")
            await asyncio.sleep(LOOK_EVERY_S)

    async def restart(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal, and restart it as the launcher would."""
        self.process.send_signal(how)
        await self.start_again()

    async def start_again(self) -> None:
        """Restart a program that has ended, after as long as the launcher waits."""
        await self.ended()
        self.end()
        await asyncio.sleep(LAUNCHER_WAITS_S)
        self.start()


class FeedStage:
    """The processes of the live feed in a stage, and its database."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        folder = stage.plan.state / "valkey"
        self.valkey = Program(stage, valkey.configure(folder, stage.plan.valkey_port), folder)
        self.web = Program(stage, procfile_line(stage, "web"))
        self.orders = stage.plan.state / "orders"
        self.orders.mkdir()
        self.database = stage.plan.state / "db.sqlite3"
        self.publisher = Program(stage, "")

    def start(self, held_hours: int) -> None:
        """Fill the database, and start Valkey and the web process."""
        self.stage.answer("fill", held_hours)
        self.start_programs()

    def start_programs(self) -> None:
        """Valkey and the web process, until they answer."""
        self.start_valkey()
        self.web.start()
        self.stage.wait_until(lambda: self.stage.get("/api/current") is not None, 30, "the web")

    def start_valkey(self) -> None:
        self.valkey.start()
        self.stage.wait_until(lambda: self.ask("PING") == "PONG", 10, "Valkey")

    def publish(self, pause_s: float, each: int, back_hours: int = 6 * 24) -> None:
        """Start a publisher: `each` events of each hub every `pause_s` s, from long ago on.

        It is up once it has published: on a busy machine it takes its time to begin.
        """
        program = "python -m benchmarks.feed_publisher"
        self.publisher.line = f"{program} {pause_s} {each} {back_hours}"
        before = self.publications.stat().st_size if self.publications.exists() else 0
        self.publisher.start()
        self.stage.wait_until(lambda: self.has_published(before), 30, "the publisher")

    @property
    def publications(self) -> Path:
        return self.stage.plan.state / "published.jsonl"

    def has_published(self, before: int) -> bool:
        """Whether anything was published since so many bytes told of it."""
        return self.publications.exists() and self.publications.stat().st_size > before

    def ask(self, *words: str) -> object:
        """One command to Valkey."""
        return valkey.ask(self.stage.plan.valkey_port, *words)

    def order(self, name: str) -> Path:
        """Order the publisher to do something special: `burst`, `die`, `lose` or `mute`."""
        order = self.orders / name
        order.touch()
        return order

    def heads(self) -> dict[str, int]:
        """Each hub's head in the database."""
        return feed_log.heads(self.database)

    def published(self) -> dict[tuple[str, int], float]:
        """When each publication was committed, by hub and seq."""
        lines = self.publications.read_text().splitlines()
        published = map(json.loads, lines)
        return {(line["slug"].upper(), line["seq"]): line["at"] for line in published}

    def end(self) -> None:
        for program in (self.publisher, self.web, self.valkey):
            program.end()


@contextmanager
def feed_staged(held_hours: int = 48) -> Iterator[FeedStage]:
    """A stage whose web process is up, and lets in many sockets from one address."""
    with staged() as stage:
        feed_stage = FeedStage(replace(stage, environ={**stage.environ, **ROOMY}))
        try:
            feed_stage.start(held_hours)
            yield feed_stage
        finally:
            feed_stage.end()


def procfile_line(stage: Stage, name: str) -> str:
    """The command of a program in the Procfile."""
    commands = processes.of_procfile(ROOT / "Procfile", stage.environ)
    return next(command.line for command in commands if command.name == name)


async def opened(readers: list[Reader], stage: FeedStage, within_s: float) -> None:
    """Connect readers, 50 at a time, until all have caught up."""
    for first in range(0, len(readers), A_START):
        some = readers[first : first + A_START]
        for reader in some:
            reader.start()
        await whole(some, stage, within_s)


async def whole(readers: list[Reader], stage: FeedStage, within_s: float) -> None:
    """Wait until every reader is connected and has what the database has now."""
    heads = {hub: stage.heads().get(hub, 0) for hub in HUBS}
    until = time.monotonic() + within_s
    while lacking := [reader for reader in readers if not reader.is_whole(heads)]:
        if time.monotonic() > until:
            raise DidNotWork(not_whole(lacking, heads, within_s))
        await asyncio.sleep(LOOK_EVERY_S)


def not_whole(lacking: list[Reader], heads: dict[str, int], within_s: float) -> str:
    """How many readers have not caught up, and the state of the first."""
    one = lacking[0]
    return (
        f"{len(lacking)} readers are not whole within {within_s} s. One of them: "
        f"{'open' if one.is_open else 'closed'}, at {one.cursors} of {heads}, "
        f"codes {one.codes[-5:]}"
    )


async def watched(readers: list[Reader]) -> None:
    """Let each reader check its socket once a second, as a page does."""
    while True:
        await asyncio.sleep(1)
        for reader in readers:
            reader.watch()
