"""Keeps the processes running: restarts those that die, with back-off, and ends all together.

The Procfile's grammar, the names and the colours are honcho's. honcho's own manager ends everything
if one process dies; supervisord does not name processes in its output and has no longest delay.
"""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Self

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from deploy.processes import Child, Command, how_it_ended

TICK_S = 0.2
ASKED_TO_END_S = 6.0
LAST_ONES_S = 2.0
KILLED_S = 0.5


def never() -> bool:
    return False


def child_pids() -> set[int]:
    """The ids of our child processes; none if the system does not list them."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return set()
    return {int(pid) for pid in listed.split()}


class Supervisor:
    """Leaving the `with` block ends every process within ten seconds."""

    def __init__(self, marks: Path) -> None:
        self.stopping = False
        self._marks = marks
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._printer = Printer(sys.stdout, width=len("simulator"))
        self._colours = get_colours()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGINT, self._ask_to_stop)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._ask_to_stop)
        return self

    def __exit__(self, *error: object) -> None:
        self.stopping = True
        self._end([child for child in self._children if not child.stops_last], ASKED_TO_END_S)
        self._end([child for child in self._children if child.stops_last], LAST_ONES_S)
        self._selector.close()

    def start(self, command: Command, *, stops_last: bool = False) -> None:
        child = Child(command, next(self._colours), stops_last=stops_last)
        self._children.append(child)
        self._start(child)

    def finish(self, command: Command) -> int | None:
        """Runs a command to its end. Returns its exit code, None if asked to stop first."""
        child = Child(command, next(self._colours), restarts=False)
        self._children.append(child)
        self._start(child)
        self.run(until=lambda: child.process is None)
        return child.returncode

    def run(self, until: Callable[[], bool] = never) -> None:
        """Until a signal asks to stop, or `until` is true; it is called five times a second."""
        while not self.stopping and not until():
            self._turn()

    def say(self, sentence: str, name: str = "launcher", colour: str | None = None) -> None:
        with self._stopping_without_reader():
            self._printer.write(
                Message("line", sentence, datetime.now().astimezone(), name, colour)
            )

    def announce(self, line: str) -> None:
        with self._stopping_without_reader():
            print(line, flush=True)

    @contextmanager
    def _stopping_without_reader(self) -> Iterator[None]:
        """Stops if the terminal or pipe is gone: nobody could press Ctrl-C any longer."""
        try:
            yield
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.stopping = True

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _turn(self) -> None:
        """Relays output for a moment, then handles processes that died or are due to restart."""
        for key, _ in self._selector.select(TICK_S):
            self._relay(key.data)
        for child in self._children:
            if child.process and (returncode := child.process.poll()) is not None:
                self._handle_end(child, returncode)
            elif child.start_again_at and child.start_again_at <= time.monotonic():
                self._start(child)
        self._reap()

    def _reap(self) -> None:
        """Reap orphans, which become our children if we are process 1 of a container.

        Not the processes that we started: `poll` needs their exit codes.
        """
        ours = {child.process.pid for child in self._children if child.process}
        for pid in child_pids() - ours:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    def _start(self, child: Child) -> None:
        self._selector.register(child.start(self._marks), selectors.EVENT_READ, child)

    def _relay(self, child: Child) -> None:
        lines, more_can_come = child.read()
        for line in lines:
            self.say(line, child.command.name, child.colour)
        if not more_can_come:
            self._selector.unregister(child.pipe)

    def _handle_end(self, child: Child, returncode: int) -> None:
        child.kill_group()
        if child.pipe in self._selector.get_map():
            self._relay(child)
        if child.pipe in self._selector.get_map():  # held open by something it started
            self._selector.unregister(child.pipe)
        child.bury(returncode)
        if child.restarts and not self.stopping:
            command, wait_s = child.command, child.plan_next_start()
            why = f" ({command.log} says why)" if command.log and returncode > 0 else ""
            how = how_it_ended(returncode)
            self.say(f"{command.name} {how}{why}; starting it again in {wait_s} s.")

    def _end(self, children: Sequence[Child], patience_s: float) -> None:
        for child in children:
            child.start_again_at = None
            child.ask_to_end()
        self._wait_for(children, patience_s)
        for child in children:
            if child.process:
                self.say(f"{child.command.name} did not end in time and was killed.")
                child.kill_group()
        self._wait_for(children, KILLED_S)

    def _wait_for(self, children: Sequence[Child], patience_s: float) -> None:
        give_up_at = time.monotonic() + patience_s
        while any(child.process for child in children) and time.monotonic() < give_up_at:
            self._turn()
