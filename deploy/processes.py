"""The commands of the stack, and the processes that run them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from honcho.environ import parse_procfile

from deploy import leftovers, redis_users

LONG_ENOUGH_S = 60  # a process that lived this long did not fail to start
LONGEST_DELAY_S = 30
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Command:
    """A shell command: its folder, environment, log file if it has one, and files passed to it."""

    name: str
    line: str
    cwd: Path
    environ: Mapping[str, str]
    log: Path | None = None
    passed: tuple[int, ...] = ()


def of_procfile(procfile: Path, environ: Mapping[str, str]) -> list[Command]:
    """Its commands; each gets the environment with its own user of Redis."""
    lines = parse_procfile(procfile.read_text()).processes
    return [
        Command(name, line, procfile.parent, redis_users.environment(name, environ))
        for name, line in lines.items()
    ]


def delay_s(failures: int) -> int:
    """How long to wait before a restart: 1, 2, 4 ... 30 s."""
    doubled: int = 2 ** (failures - 1)
    return min(doubled, LONGEST_DELAY_S)


def how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by {signal.Signals(-returncode).name}"
    return f"ended with exit code {returncode}"


class Child:
    """A command, its process while it runs, and when to restart it."""

    def __init__(
        self, command: Command, colour: str, *, stops_last: bool = False, restarts: bool = True
    ) -> None:
        self.command = command
        self.colour = colour
        self.stops_last = stops_last
        self.restarts = restarts
        self.returncode: int | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.start_again_at: float | None = None
        self.failures = 0
        self.started_at = 0.0
        self.unfinished_line = b""

    def start(self, marks: Path) -> int:
        """Starts the process in a session of its own. Returns the pipe with its output."""
        self.start_again_at = None
        self.started_at = time.monotonic()
        with leftovers.mark(marks / self.command.name) as lock:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {self.command.line}"],
                cwd=self.command.cwd,
                env=self.command.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
                pass_fds=[lock.fileno(), *self.command.passed],
                preexec_fn=end_with_the_launcher,
            )
            print(self.process.pid, file=lock)
        os.set_blocking(self.pipe, False)
        return self.pipe

    @property
    def pipe(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def read(self) -> tuple[list[str], bool]:
        """The whole lines written since the last call, and whether more can come."""
        try:
            while received := os.read(self.pipe, 65536):
                self.unfinished_line += received
        except BlockingIOError:
            *lines, self.unfinished_line = self.unfinished_line.split(b"\n")
            return [line.decode(errors="replace") for line in lines], True
        last, self.unfinished_line = self.unfinished_line, b""
        return last.decode(errors="replace").splitlines(), False

    def ask_to_end(self) -> None:
        """Only the process itself, as Celery must end its own children."""
        if self.process is not None:
            self.process.terminate()

    def kill_group(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def bury(self, returncode: int) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        self.returncode = returncode

    def plan_next_start(self) -> int:
        """Plans the restart. Returns the seconds until then."""
        now = time.monotonic()
        self.failures = 1 if now - self.started_at > LONG_ENOUGH_S else self.failures + 1
        self.start_again_at = now + delay_s(self.failures)
        return delay_s(self.failures)


def end_with_the_launcher() -> None:
    """Runs in the new process, so that it ends even if the launcher is killed (on Linux)."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
